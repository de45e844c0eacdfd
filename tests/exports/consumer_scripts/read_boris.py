"""What BORIS's own reader and checks say of a project, as JSON. Its windows and its video player are left out."""

import json
import os
import sys
import types
from importlib.util import find_spec
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
found = find_spec("boris")
assert found is not None and found.origin is not None
# The package opens its main window's modules when it is imported, and those want a sound server and a video player.
package = types.ModuleType("boris")
package.__path__ = [str(Path(found.origin).parent)]
player = types.ModuleType("boris.mpv2")
vars(player)["dll"] = ""
sys.modules |= {"boris": package, "boris.mpv2": player}
vars(package)["mpv2"] = player

from boris import project_functions, version  # noqa: E402  # only now can it be imported

_, is_changed, project, message = project_functions.open_project_json(sys.argv[1])
ethogram = project["behaviors_conf"]
problems = project_functions.check_project_integrity(project, "s", sys.argv[1], media_file_available=False)
states = {one["code"] for one in ethogram.values() if one["type"] == "State event"}
print(
    json.dumps(
        {
            "version": version.__version__,
            "message": message,
            "problems": problems.replace("<br>", "").strip(),
            "subjects": [one["name"] for one in project["subjects_conf"].values()],
            "behaviours": [one["code"] for one in ethogram.values()],
            "states": sorted(states),
            "observations": {
                name: [[float(event[0]), *event[1:5]] for event in one["events"]]
                for name, one in project["observations"].items()
            },
            "unpaired": project_functions.check_state_events(project, list(project["observations"]))[0],
        }
    )
)
