"""Text from the data on its way into the framework's Markdown, which is to say nothing but itself there."""

import re

# What Markdown, its tables, mathematics and the framework's own directives are written with.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#$~|{}&]")
# A directive, icon or emoji (:red[, :material/home:, :+1:) or an address (https://); a time of day is none of them.
_COLON = re.compile(r":(?=[A-Za-z/+_-]|\d+:)")
# What is still taken for an address or an arrow when it is escaped: it is looked for in the finished text, piece by
# piece. So a piece ends here.
_JOINTS = re.compile(r"(?<=www)(?=\.)|(?<=[\w.+-]@)(?=[\w-])|(?<=[-<>~])(?=\\?[->=])", re.IGNORECASE)
# Begins a list or underlines a heading where it begins a line.
_BEGINS = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
_SPACES = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
# Ends a piece of text without a trace: an empty piece in small type.
_JOINT = ":small[]"


def escape_markdown(text: object) -> str:
    r"""Text that the framework's Markdown (st.markdown, captions, hints, labels, help) shows as it is written.

    Names of areas, classes, channels, organisations and cases are typed by strangers: 3~5号楼与7~9号楼 would be struck
    through, ![](https://…) would ask a foreign host, www.… would become a link. White space is one blank each, as the
    browser shows it.
    """
    line = _SPACES.sub(" ", str(text)).strip(" ")
    line = _SPECIAL.sub(r"\\\g<0>", line)
    line = _COLON.sub(r"\\:" + _JOINT, line)
    line = _JOINTS.sub(_JOINT, line)
    return _BEGINS.sub(lambda match: _escape_start(match.group(1)), line)


def _escape_start(start: str) -> str:
    """A number is parted from its dot by an escape of the dot; a sign is escaped itself."""
    return f"{start}{_JOINT}" if start.isdigit() else f"\\{start}"
