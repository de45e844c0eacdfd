"""How account names are compared: by what people see, not by the bytes of their keyboard."""

import unicodedata


def fold_name(name: str) -> str:
    """The comparable form: without case, composed the same way, blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
