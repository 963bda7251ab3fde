"""The encoding of a text file."""


def marked(encoding: str) -> str:
    """The encoding that also reads a text with a byte order mark."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def broken(error: Exception, encoding: str) -> str:
    """What to say of a text that does not read."""
    encoding = encoding.removesuffix("-sig")
    text = " ".join(str(error).split())
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in text:
        return f"the text is not {encoding}; set encoding under [source] in the map (utf-8 or gb18030)"
    return f"not a readable CSV file ({text[:200]})"
