"""Names and telephones of petitioners are masked, and taken out of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.person_names import masked_name, masked_telephone, names_in, without_names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张**"),
        ("张三丰", "张**"),
        (" 张三丰 ", "张**"),
        ("欧阳修", "欧阳**"),
        ("欧阳", "欧**"),
        ("司马相如", "司马**"),
        ("买买提·吐尔逊", "买**"),
        ("John Smith", "J**"),
        ("张", "张**"),
        ("张**", "张**"),
        ("张三、李四", "张**、李**"),
        ("张三 李四", "张**、李**"),
        ("张三（代）", "张**"),
        ("某某物业公司业主代表", "某**"),
        ("匿名", "匿名"),
        ("", ""),
    ],
)
def test_a_name_is_its_first_character_and_stars(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@given(st.text(min_size=1, max_size=12))
def test_of_no_name_more_than_the_surname_is_left(name: str) -> None:
    shown = masked_name(name)
    assert masked_name(shown) == shown
    for part in shown.split("、"):
        assert "**" not in part or len(part.replace("*", "")) <= 2


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("10012345678", "100****5678"),  # the demonstration city's, which nobody has
        ("0371-67181234", "0371-****1234"),
        ("67181234", "****1234"),
        ("8613812345678", "86138****5678"),
        ("13812345678/13912345678", "138****5678/139****5678"),
        ("12345", "****2345"),
        ("110", "****"),
        ("不详", "不详"),
        ("138****5678", "138****5678"),
    ],
)
def test_of_a_telephone_the_middle_is_hidden(number: str, shown: str) -> None:
    assert masked_telephone(number) == shown


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("张三丰", "张三丰反映，张三丰之妻。", "张**反映，张**之妻。"),
        ("张三丰", "张 三丰与张·三·丰", "张**与张**"),
        ("张三、张三丰", "张三丰和张三", "张**和张**"),
        ("李四等5人", "李四等5人来访", "李**等5人来访"),
        ("王五先生", "王五来电", "王**来电"),
        ("欧阳修", "欧阳修家", "欧阳**家"),
        ("John Smith", "Mr SMITH of Smithfield, john smith", "Mr S** of Smithfield, J**"),
        ("匿名", "匿名反映", "匿名反映"),
        ("张", "张庄村", "张庄村"),
        ("a.b", "axb a.b", "axb a**"),
        ("张**", "张** 来信", "张** 来信"),
    ],
)
def test_the_petitioner_s_own_name_is_taken_out_of_a_text(name: str, text: str, shown: str) -> None:
    assert without_names(text, names_in(name)) == shown
