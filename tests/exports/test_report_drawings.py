"""A report as a Word document, opened by LibreOffice: the drawings are there."""

from __future__ import annotations

import contextlib
import re
import subprocess
import zlib
from pathlib import Path

from skygge.core.report_docx import write_docx
from skygge.core.report_html import write_html
from tests.core.test_report import make


def test_a_word_processor_draws_what_the_page_draws(tmp_path: Path) -> None:
    """LibreOffice makes a PDF of it: the colour of Directing stands in drawings alone, and so does their scale."""
    shown, bare = make(analysis=["timeline"]), make(analysis=["frequencies"])
    assert b"<svg" in write_html(shown) and b"<svg" not in write_html(bare)
    blue = re.compile(rb"\b0(?:\.0+)? 0\.447\d* 0\.69[78]\d* rg")
    found = [len(blue.findall(print_with_libreoffice(tmp_path, write_docx(one)))) for one in (shown, bare)]
    assert found[0] >= 2 and found[1] == 0


def print_with_libreoffice(folder: Path, document: bytes) -> bytes:
    """What a PDF of the document draws, unpacked."""
    (folder / "report.docx").write_bytes(document)
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        "soffice",
        "--headless",
        own,
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(folder / "report.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    raw, drawn = (folder / "report.pdf").read_bytes(), b""
    for start in re.finditer(rb"stream\r?\n", raw):
        with contextlib.suppress(zlib.error):
            drawn += zlib.decompressobj().decompress(raw[start.end() :])
    return drawn
