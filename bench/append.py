"""How fast the log takes changes: the example study, written once into an empty SQLite file in one transaction."""

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from skygge.clock import utc_now
from skygge.db import open_database
from skygge.demo.create import create_demo
from skygge.migrate import migrate
from skygge.settings import Settings
from skygge.studies.tables import StudyRow


def measure(folder: Path) -> dict[str, float]:
    """Write the study and count."""
    settings = Settings(data=folder)
    migrate(settings)
    database = open_database(settings)
    try:
        started = perf_counter()
        with database.write() as session:
            study_id = create_demo(session, utc_now)
        seconds = perf_counter() - started
        with database.read() as session:
            study = session.get_one(StudyRow, study_id)
            return {"changes": study.last_seq, "seconds": seconds, "changes_per_s": study.last_seq / seconds}
    finally:
        database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        json.dump(measure(Path(folder)), sys.stdout)
