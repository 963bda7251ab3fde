"""The only place where a colour, a font or a size is written down."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif'

Role = Literal["good", "warn", "bad", "none"]


@dataclass(frozen=True)
class Palette:
    """Colours of one ground and the four type sizes (px) that go with it.

    `one_way` runs from little to much in ten steps, `two_way` from red through grey to blue in nine; `fine` fills what
    is in order beside `worse`, the four steps to red.
    `red`, `amber` and `green` mean state and nothing else; `soft_*` are the same as area fills.
    """

    dark: bool
    ground: str
    surface: str
    ink: str
    muted: str
    line: str
    accent: str
    red: str
    amber: str
    green: str
    soft_red: str
    soft_amber: str
    soft_green: str
    compare: str
    empty: str
    categories: tuple[str, ...]
    one_way: tuple[str, ...]
    two_way: tuple[str, ...]
    fine: str
    note: int = 12
    text: int = 14
    title: int = 20
    figure: int = 30

    @property
    def worse(self) -> tuple[str, ...]:
        """From a little worse than it should be to the worst, in four steps."""
        return self.two_way[3::-1]

    def state(self, role: Role) -> str:
        """Colour of a state for text and marks."""
        return {"good": self.green, "warn": self.amber, "bad": self.red, "none": self.muted}[role]

    def soft_state(self, role: Role) -> str:
        """Colour of a state for areas that carry text."""
        return {"good": self.soft_green, "warn": self.soft_amber, "bad": self.soft_red, "none": self.empty}[role]


DESK = Palette(
    dark=False,
    ground="#F5F7FA",
    surface="#FFFFFF",
    ink="#17212E",
    muted="#55616F",
    line="#E1E6EC",
    accent="#1C5FB0",
    red="#C0352B",
    amber="#9A6200",
    green="#1F7A54",
    soft_red="#F1BFB7",
    soft_amber="#F0D9AE",
    soft_green="#B8D2C3",
    compare="#8A95A3",
    empty="#E9ECF0",
    categories=("#1C5FB0", "#C8641B", "#1F8A78", "#8A56A8", "#9C7A12", "#5C6B7C"),
    one_way=(
        "#F1F6FC",
        "#D9E5F4",
        "#C2D4ED",
        "#AAC3E5",
        "#93B3DC",
        "#7CA2D4",
        "#6691CB",
        "#4F81C2",
        "#3770B9",
        "#1C5FB0",
    ),
    two_way=("#C0352B", "#CF685C", "#DA948B", "#E1BDBA", "#E4E7EB", "#B2C5DE", "#82A3D0", "#5282C1", "#1C5FB0"),
    fine="#CBDAEC",
)

WALL = Palette(
    dark=True,
    ground="#0B1526",
    surface="#122036",
    ink="#E9EFF7",
    muted="#A3B1C6",
    line="#22334E",
    accent="#6CB2FF",
    red="#FF8A7A",
    amber="#FFC861",
    green="#5FD0A0",
    soft_red="#754F57",
    soft_amber="#726752",
    soft_green="#316965",
    compare="#7486A0",
    empty="#1B2A42",
    categories=("#6CB2FF", "#FFA861", "#4FD1B8", "#C79BEA", "#E3C04A", "#A3B1C6"),
    one_way=(
        "#172A45",
        "#1F3757",
        "#28456A",
        "#31547E",
        "#3A6292",
        "#4472A7",
        "#4E81BD",
        "#5891D2",
        "#62A1E8",
        "#6CB2FF",
    ),
    two_way=("#FF8A7A", "#CA7A75", "#97696E", "#655666", "#33435C", "#415D82", "#4F78AA", "#5E95D4", "#6CB2FF"),
    fine="#2B4A75",
)


def palette(theme: str | None) -> Palette:
    """The palette for Streamlit's theme type: "dark" gives WALL, anything else DESK."""
    return WALL if theme == "dark" else DESK


@cache
def css_variables(palette: Palette) -> str:
    """Colours and sizes as CSS custom properties, for the style attribute of an outermost element."""
    names = ("surface", "ground", "ink", "muted", "line", "accent", "red", "amber", "green", "compare")
    colours = ";".join(f"--{name}:{getattr(palette, name)}" for name in names)
    sizes = f"--note:{palette.note}px;--text:{palette.text}px;--title:{palette.title}px;--figure:{palette.figure}px"
    return f"{colours};{sizes}"


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of #RRGGBB, 0 black … 1 white."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2) of two colours, 1 … 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(fill: str) -> str:
    """The ink, of the two grounds' inks, that reads better on this fill."""
    return max((DESK.ink, DESK.surface), key=lambda ink: contrast(ink, fill))
