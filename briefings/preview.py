"""A briefing on the screen as it will be printed."""

from base64 import b64encode

from briefings import cell_text, pictures
from briefings.model import Annex, Document, Figure, Heading, Paragraph, Table
from views.markup import Markup
from views.paper import Paper
from views.tokens import Palette


def preview(printed: Document, palette: Palette) -> Markup:
    """The blocks of the document as markup, in the order in which they will be printed."""
    sheet = Paper(palette)
    sheet.title(printed.title, printed.subtitle)
    for block in printed.blocks:
        match block:
            case Heading():
                sheet.heading(block.level, block.text)
            case Paragraph():
                sheet.paragraph(block.text)
            case Annex():
                sheet.annex(f"附件{block.number}　{block.title}")
            case Figure():
                sheet.figure(block.title, block.subtitle, _picture(block))
            case Table():
                numbers = [cell_text.is_number(column) for column in block.columns]
                heads = [column.name for column in block.columns]
                sheet.table(block.title, heads, cell_text.rows_of(block), numbers, block.note)
    sheet.note(printed.imprint.traced)
    return sheet.html


def _picture(figure: Figure) -> str:
    """A figure as the address of a picture, as Word prints it."""
    return f"data:image/png;base64,{b64encode(pictures.png(figure)).decode()}"
