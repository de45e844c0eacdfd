"""The protocol for scripts and tests: a device that pushes and pulls over HTTP.

from skygge.client import Device

device = Device("https://skygge.example.org", study_id, token)
device.report("memo.written", new_subject_id(), {"text": "…"})
for verdict in device.push(): ...
for change in device.pull(): ...
"""

from skygge.client.device import Device, DeviceFailed
from skygge.client.envelope import new_subject_id

__all__ = ["Device", "DeviceFailed", "new_subject_id"]
