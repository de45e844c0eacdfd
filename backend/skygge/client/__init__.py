"""The protocol for scripts and tests: a device that reports, sends and takes over HTTP.

    from pathlib import Path
    from skygge.client import Device, new_subject_id

    device = Device("https://skygge.example.org", study_id, token, file=Path("device.json"))
    memo = new_subject_id()
    device.report("memo.written", memo, {"text": "…"})
    device.sync()                       # everything unsent goes out, everything new comes in
    for entry in device.find("entry"):  # what all changes say now
        print(entry.fields.get("jotting"), entry.conflicts)

Kinds and payloads are those of the contract (`core/changes.py`); a token that may write is made on the server with
`skygge token create --write`. What is in the outbox stays there, in the file, until the server has given a verdict.
"""

from skygge.client.device import Device, DeviceFailed
from skygge.client.envelope import new_subject_id
from skygge.client.notebook import Notebook

__all__ = ["Device", "DeviceFailed", "Notebook", "new_subject_id"]
