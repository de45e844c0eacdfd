"""The words of reports, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "basis": (
            "Entries: {entries}. Encounters: {encounters}. Visits: {visits}. Observed: {minutes} min. "
            "Codebook version {versions}."
        ),
        "caveat": "Take care with these numbers ({code}: {n}).", "methods": "For the methods section",
        "from_to": "from ↓ to →", "encounter": "Encounter", "agency": "Agency", "observer": "Observer",
        "minutes": "Observed min.", "all": "All",
        "lanes": "Entries of", "name": "Name", "uncoded": "uncoded", "yes": "yes", "no": "no", "rows": "Counts",
        "n": "n", "n_visits": "Visits", "n_encounters": "Encounters", "per_hour": "Per hour", "interval": "Interval",
        "curve": "Codes seen, visit by visit (dashed: in any order)",
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
        "from_to": "fra ↓ til →", "encounter": "Forløb", "agency": "Organisation", "observer": "Observatør",
        "minutes": "Observerede min.", "lanes": "Noteringer for", "name": "Navn", "uncoded": "uden kode", "yes": "ja",
        "no": "nej", "rows": "Antal", "n": "n", "n_visits": "Besøg", "n_encounters": "Forløb", "per_hour": "Pr. time",
        "interval": "Interval", "observed_hours": "Observerede timer",
        "curve": "Koder set, besøg for besøg (stiplet: i vilkårlig rækkefølge)",
        "report": "Rapport", "column": "Kolonne",
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
        "cells.expected_under_five": "Cells in which fewer than five are expected, where z and X² say little: {n}.",
        "encounters.first_compared": "Only the first encounters were compared with one another: {n}.",
        "p.codes_cannot_repeat": "No p: where codes cannot repeat, shuffling would make orders that cannot be.",
        "parameters.without_effect": "A setting was asked for that has no meaning here.",
        "positions.not_set": "The study has set no positions of control and care.",
        "visits.none_seen_twice": "No visit was seen by two observers.",
        "repeats.left_out": "Repeats of a code, which cannot repeat, left out: {n}.",
        "flags.several_on_one_entry": "Entries with several flags, counted under each: {n}.",
        "actions.are_moments": "Your actions are moments: they have no duration.",
        "flags.are_moments": "Your flags are on moments: they have no duration.",
        "encounters.clock_set_back": (
            "Encounters whose order and durations are not used until their times are shifted, because the clock was "
            "set back: {n}."
        ),
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
        "cells.expected_under_five": "Celler, hvor der ventes færre end fem, så z og X² siger lidt: {n}.",
        "encounters.first_compared": "Kun de første forløb er sammenlignet indbyrdes: {n}.",
        "p.codes_cannot_repeat": "Ingen p: hvor koder ikke kan gentages, ville blanding give umulige rækkefølger.",
        "parameters.without_effect": "Der blev bedt om en indstilling, som ingen betydning har her.",
        "positions.not_set": "Undersøgelsen har ikke sat placeringer på kontrol og omsorg.",
        "visits.none_seen_twice": "Intet besøg er set af to observatører.",
        "repeats.left_out": "Gentagelser af koder, der ikke kan gentages, udeladt: {n}.",
        "flags.several_on_one_entry": "Noteringer med flere mærker, talt under hvert: {n}.",
        "actions.are_moments": "Jeres handlinger er øjeblikke: De har ingen varighed.",
        "flags.are_moments": "Jeres mærker står på øjeblikke: De har ingen varighed.",
        "encounters.clock_set_back": (
            "Forløb, hvis rækkefølge og varighed ikke bruges, før tiderne er flyttet, fordi uret blev stillet "
            "tilbage: {n}."
        ),
        "entries.held": "Noteringer om nogen, for hvem der blev stoppet, tilbageholdt og udeladt: {n}.",
        "times.corrected": "Tider rettet for et forkert ur: {n}.",
        "tags.other_origin_left_out": "Koder givet senere eller videreført, ikke talt med her: {n}.",
        "order.ties_left_out": "Noteringer uden indbyrdes rækkefølge, udeladt: {n}.",
        "structures.are_moments": "Jeres strukturer er øjeblikke: De har ingen varighed.",
    },
}


def name_encounter(one: Mapping[str, Any], number: int, language: str) -> str:
    """When an encounter began, or its number where the file is to hold no hours."""
    started: str | None = one.get("started_at")
    return f"{started[:10]} {started[11:16]}" if started else f"{WORDS[language]['encounter']} {number}"
