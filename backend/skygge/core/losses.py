"""What an export had to leave out: the kinds of loss in words, and how often each happened in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# What a format may have to leave out. Words for one file are made from these and from what was counted in it.
LOSSES: Mapping[str, Mapping[str, str]] = {
    "actions": {
        "en": "actions, which have no place in this format",
        "da": "handlinger, som ikke har plads i dette format",
    },
    "acted": {
        "en": "who acted, which has no place in this format",
        "da": "hvem der handlede, som ikke har plads i dette format",
    },
    "actors": {
        "en": "kinds and agencies of people, which have no place in this format",
        "da": "slags og organisationer for personer, som ikke har plads i dette format",
    },
    "before": {
        "en": "times before the start of an encounter, told as its start",
        "da": "tider før begyndelsen af et forløb, fortalt som dets begyndelse",
    },
    "checks": {
        "en": "consent checks at encounters have no place in this format",
        "da": "samtykketjek ved forløb har ingen plads i dette format",
    },
    "codes": {
        "en": "definitions, examples and settings of codes, and notes on versions of the codebook",
        "da": "definitioner, eksempler og indstillinger for koder, og noter om udgaver af kodebogen",
    },
    "conflicts": {
        "en": "values standing beside the one that is shown (edits made at the same time)",
        "da": "værdier, der står ved siden af den viste (rettelser gjort samtidig)",
    },
    "consents": {
        "en": "consents have no place in this format",
        "da": "samtykker har ingen plads i dette format",
    },
    "cut": {
        "en": "texts cut at the length that this format can hold",
        "da": "tekster skåret af ved den længde, formatet kan rumme",
    },
    "dates": {
        "en": "dates and clock times left out because clock times were not asked for; times count from the start",
        "da": "datoer og klokkeslæt udeladt, fordi der ikke er bedt om klokkeslæt; tider tælles fra begyndelsen",
    },
    "described": {
        "en": "kinds, settings and agencies of encounters, which have no place in this format",
        "da": "slags, omgivelser og organisationer for forløb, som ikke har plads i dette format",
    },
    "encounter_unknown": {
        "en": "entries, gaps and notes of encounters that the study does not have (yet)",
        "da": "noteringer, pauser og feltnoter fra forløb, som studiet ikke har (endnu)",
    },
    "encounters": {
        "en": "encounters without an entry, which this format cannot show",
        "da": "forløb uden notering, som formatet ikke kan vise",
    },
    "ends": {
        "en": "ends of encounters, which have no place in this format",
        "da": "slutninger på forløb, som ikke har plads i dette format",
    },
    "entries": {
        "en": "entries, which have no place in this table",
        "da": "noteringer, som ikke har plads i denne tabel",
    },
    "fieldnotes": {
        "en": "paragraphs of field notes have no place in this format",
        "da": "afsnit af feltnoter har ingen plads i dette format",
    },
    "filtered": {
        "en": "encounters, entries, gaps and paragraphs outside the filters in force",
        "da": "forløb, noteringer, pauser og afsnit uden for de valgte filtre",
    },
    "flags": {
        "en": "flags on entries, which have no place in this format",
        "da": "flag på noteringer, som ikke har plads i dette format",
    },
    "gap_kinds": {
        "en": "kinds of gaps (off record, not recorded, struck), which have no place in this format",
        "da": "slags pauser (uden for referat, ikke registreret, streget), som ikke har plads i dette format",
    },
    "gap_overlaps": {
        "en": "gaps that overlap another, told one after the other",
        "da": "pauser, der overlapper en anden, fortalt efter hinanden",
    },
    "gaps": {
        "en": "gaps have no place in this format",
        "da": "pauser har ingen plads i dette format",
    },
    "guarded": {
        "en": "texts that begin like a formula, and have an apostrophe in front here",
        "da": "tekster, der begynder som en formel og her har en apostrof foran",
    },
    "held": {
        "en": "entries, paragraphs and memos about somebody for whom observation was stopped, until that is decided",
        "da": "noteringer, afsnit og memoer om en person, som observationen blev stoppet for, indtil det er afgjort",
    },
    "jottings": {
        "en": "jottings, which have no place in this format",
        "da": "stikord, som ikke har plads i dette format",
    },
    "jsonl": {
        "en": "the file without loss (jsonl), because it always holds dates and clock times, which were not asked for",
        "da": "filen uden tab (jsonl), fordi den altid har datoer og klokkeslæt, som der ikke er bedt om",
    },
    "kinds": {
        "en": "notes, and states that nobody ended, told like any other moment",
        "da": "notater, og tilstande som ingen afsluttede, fortalt som ethvert andet øjeblik",
    },
    "letters": {
        "en": "control characters that the file cannot hold, each replaced by �",
        "da": "kontroltegn, som filen ikke kan rumme, hver erstattet af �",
    },
    "line_ends": {
        "en": "line ends of other systems, each written as a line feed",
        "da": "linjeskift fra andre systemer, hver skrevet som ét linjeskift (LF)",
    },
    "memos": {
        "en": "memos have no place in this format",
        "da": "memoer har ingen plads i dette format",
    },
    "merged": {
        "en": "entries and people merged into another",
        "da": "noteringer og personer, der er lagt sammen med andre",
    },
    "momentary": {
        "en": "moments, told as one second long because the format knows no moment",
        "da": "øjeblikke, fortalt som ét sekund lange, fordi formatet ikke kender øjeblikke",
    },
    "moments": {
        "en": "entries with an end, told as moments",
        "da": "noteringer med en slutning, fortalt som øjeblikke",
    },
    "names": {
        "en": "names shortened or changed, so that the format allows them and each stands once",
        "da": "navne forkortet eller ændret, så formatet tillader dem og hvert kun står én gang",
    },
    "observations": {
        "en": "encounters with all that was seen in them, people and memos, which are no part of a codebook",
        "da": "forløb med alt, hvad der blev set i dem, personer og memoer, som ikke hører til en kodebog",
    },
    "one_sided": {
        "en": "entries without both an actor and a recipient, which are no edge",
        "da": "noteringer uden både aktør og modtager, som ingen kant er",
    },
    "origins": {
        "en": "ways in which a structure or an end was given, and by which version of the codebook entries were coded",
        "da": "måder, en struktur eller en slutning er givet på, og udgaver af kodebogen, som noteringer er kodet med",
    },
    "overlaps": {
        "en": "stretches that overlap another of the same person and code, told as moments",
        "da": "stræk, der overlapper et andet for samme person og kode, fortalt som øjeblikke",
    },
    "people": {
        "en": "people who are in no entry of this file",
        "da": "personer, som ikke er i nogen notering i filen",
    },
    "positions": {
        "en": "positions of control and care on entries",
        "da": "placeringer af kontrol og omsorg på noteringer",
    },
    "precision": {
        "en": "ways in which a time was taken, and how precise it is",
        "da": "måder, et tidspunkt er taget på, og hvor præcist det er",
    },
    "presence": {
        "en": "who was present when has no place in this format",
        "da": "hvem der var til stede hvornår, har ingen plads i dette format",
    },
    "reasons": {
        "en": "reasons of gaps, which have no place in this format",
        "da": "grunde til pauser, som ikke har plads i dette format",
    },
    "recipients": {
        "en": "recipients, who have no place in this format",
        "da": "modtagere, som ikke har plads i dette format",
    },
    "reflections": {
        "en": "reflections, which belong to their author alone",
        "da": "refleksioner, som kun tilhører den, der skrev dem",
    },
    "retracted": {
        "en": "things taken back, and entries of encounters taken back",
        "da": "ting, der er trukket tilbage, og noteringer i forløb, der er trukket tilbage",
    },
    "seconds": {
        "en": "entries whose times are told in whole seconds only",
        "da": "noteringer, hvis tider kun fortælles i hele sekunder",
    },
    "set_back": {
        "en": "encounters in which the clock was set back, which this format does not say: what followed what in them, "
        "and how long it took, is not known",
        "da": "forløb, hvor uret blev stillet tilbage, hvad dette format ikke siger: hvad der fulgte på hvad i dem, og "
        "hvor længe det varede, vides ikke",
    },
    "short": {
        "en": "spells shorter than half a unit of time",
        "da": "stræk kortere end en halv tidsenhed",
    },
    "shortened": {
        "en": "stretches that end here where the next code begins",
        "da": "stræk, der her slutter, hvor den næste kode begynder",
    },
    "spelled": {
        "en": "emoji and other characters above U+FFFF, written as their names in brackets",
        "da": "emoji og andre tegn over U+FFFF, skrevet som deres navne i klammer",
    },
    "structures": {
        "en": "structures, which have no place in this format",
        "da": "strukturer, som ikke har plads i dette format",
    },
    "study": {
        "en": "settings and terms of the study, which have no place in this format",
        "da": "indstillinger og vilkår for studiet, som ikke har plads i dette format",
    },
    "tier_names": {
        "en": "names of people, observers, agencies and visits replaced by numbers, and consents left out, in the "
        "de-identified tier",
        "da": "navne på personer, observatører, organisationer og besøg erstattet af numre, og samtykker udeladt, i "
        "det afidentificerede niveau",
    },
    "tier_texts": {
        "en": "free texts left out in the de-identified tier: jottings, notes, memos, settings, reasons, examples",
        "da": "fritekster udeladt i det afidentificerede niveau: stikord, noter, memoer, omgivelser, grunde, eksempler",
    },
    "tier_times": {
        "en": "times rounded down to whole minutes from the start of the visit, in the de-identified tier",
        "da": "tider rundet ned til hele minutter fra besøgets begyndelse i det afidentificerede niveau",
    },
    "trailing": {
        "en": "texts with spaces at their end, which the format cannot tell from its own padding",
        "da": "tekster med mellemrum til sidst, som formatet ikke kan skelne fra sit eget fyld",
    },
    "uncoded": {
        "en": "entries without the code that this format is made of",
        "da": "noteringer uden den kode, som formatet er lavet af",
    },
    "versions": {
        "en": "codes as earlier versions of the codebook had them, and notes on versions",
        "da": "koder, som tidligere udgaver af kodebogen havde dem, og noter om udgaver",
    },
    "visit_codes": {
        "en": "six letters by which a visit was shared; visits are numbers in this file",
        "da": "seks bogstaver, som et besøg blev delt med; besøg er numre i denne fil",
    },
    "wordings": {
        "en": "words for codes in further languages",
        "da": "ord for koder på flere sprog",
    },
    "writers": {
        "en": "paragraphs and memos of which it is not told who wrote them, and when",
        "da": "afsnit og memoer, om hvilke der ikke fortælles, hvem der skrev dem, og hvornår",
    },
    "zones": {
        "en": "time zones of encounters, which have no place in this format",
        "da": "tidszoner for forløb, som ikke har plads i dette format",
    },
}


@dataclass
class Losses:
    """Counts what one export really dropped."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, code: str, n: int = 1) -> None:
        """Note that `n` things of a kind in LOSSES were left out."""
        if n:
            self.counts[code] += n

    def lines(self, language: str = "en") -> list[str]:
        """One line for each kind of loss in this file, in words."""
        return [f"{n} × {LOSSES[code][language]}" for code, n in sorted(self.counts.items())]

    def write_page(self) -> bytes:
        """LOSSES.txt: what one download leaves out, in both languages."""
        lines = [
            "What this download leaves out. JSON Lines (jsonl) is the format without loss.",
            *self.lines("en"),
            "",
            "Hvad denne fil udelader. JSON Lines (jsonl) er formatet uden tab.",
            *self.lines("da"),
        ]
        return "\n".join([*lines, ""]).encode("utf-8")
