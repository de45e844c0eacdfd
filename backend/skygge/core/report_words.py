"""The words of reports, in every language."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "basis": (
            "Entries: {entries}. Encounters: {encounters}. Visits: {visits}. Observed: {minutes} min. "
            "Codebook version {versions}."
        ),
        "caveat": "Take care with these numbers ({code}: {n}).", "methods": "For the methods section",
        "from_to": "from ↓ to →", "begun": "Begun", "agency": "Agency", "observer": "Observer",
        "minutes": "Observed min.", "all": "All",
        "lanes": "Entries of", "name": "Name", "uncoded": "uncoded", "yes": "yes", "no": "no", "rows": "Counts",
        "n": "n", "n_visits": "Visits", "n_encounters": "Encounters", "per_hour": "Per hour", "interval": "Interval",
        "observed_hours": "Observed hours", "report": "Report", "timeline_about": (
            "Entries in time, all encounters to one scale. Grey: not observed. "
            "A dashed edge: nobody ended it, the end follows from what came next."
        ),
    },
    "da": {
        "basis": (
            "Noteringer: {entries}. Forløb: {encounters}. Besøg: {visits}. Observeret: {minutes} min. "
            "Kodebog version {versions}."
        ),
        "caveat": "Vær varsom med disse tal ({code}: {n}).", "methods": "Til metodeafsnittet",
        "from_to": "fra ↓ til →", "begun": "Begyndt", "agency": "Organisation", "observer": "Observatør",
        "minutes": "Observerede min.", "lanes": "Noteringer for", "name": "Navn", "uncoded": "uden kode", "yes": "ja",
        "no": "nej", "rows": "Antal", "n": "n", "n_visits": "Besøg", "n_encounters": "Forløb", "per_hour": "Pr. time",
        "interval": "Interval", "observed_hours": "Observerede timer", "report": "Rapport", "column": "Kolonne",
        "budgets": "Tid", "observed_seconds": "Observerede sekunder", "uncoded_seconds": "Sekunder uden kode",
        "uncoded_share": "Andel uden kode", "is_exclusive": "Udelukker hinanden", "share": "Andel",
        "seconds": "Sekunder", "all": "Alle",
        "timeline_about": (
            "Noteringer i tid, alle forløb i samme målestok. Gråt: ikke observeret. "
            "En stiplet kant: ingen afsluttede det, slutningen følger af det, der kom efter."
        ),
    },
}  # fmt: skip

CAVEATS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "entries.none": "No entry fits.",
        "encounters.end_unknown": "Encounters whose end nobody gave, left out of rates, shares and intervals: {n}.",
        "entries.encounter_unknown": "Entries whose encounter is not known here, left out: {n}.",
        "entries.held": "Entries about somebody for whom it was stopped, held and left out: {n}.",
        "times.corrected": "Times corrected for a wrong clock: {n}.",
        "tags.other_origin_left_out": "Codes given later or carried on, not counted here: {n}.",
        "order.ties_left_out": "Entries without an order between them, left out: {n}.",
        "structures.are_moments": "Your structures are moments: they have no duration.",
    },
    "da": {
        "entries.none": "Ingen notering passer.",
        "encounters.end_unknown": "Forløb, som ingen afsluttede, udeladt af rater, andele og intervaller: {n}.",
        "entries.encounter_unknown": "Noteringer, hvis forløb ikke er kendt her, udeladt: {n}.",
        "entries.held": "Noteringer om nogen, for hvem der blev stoppet, tilbageholdt og udeladt: {n}.",
        "times.corrected": "Tider rettet for et forkert ur: {n}.",
        "tags.other_origin_left_out": "Koder givet senere eller videreført, ikke talt med her: {n}.",
        "order.ties_left_out": "Noteringer uden indbyrdes rækkefølge, udeladt: {n}.",
        "structures.are_moments": "Jeres strukturer er øjeblikke: De har ingen varighed.",
    },
}
