"""What units are called: briefly, and no two alike."""

from wording.names import display_name, short, short_names


def test_a_department_of_the_city_is_called_so_but_where_another_is() -> None:
    names = {"u1": "郑州市城管局", "u2": "市城管局", "u3": "郑州市教育局", "u4": "金水区城管局"}
    called = {
        "郑州市城管局": "郑州市城管局",
        "市城管局": "市城管局",
        "郑州市教育局": "市教育局",
        "金水区城管局": "金水区城管局",
    }
    assert short_names(names.values(), "郑州市") == called
    assert {name: display_name("unit", code, names, "郑州市") for code, name in names.items()} == called
    assert short("郑州市城管局", "郑州市") == "市城管局"
