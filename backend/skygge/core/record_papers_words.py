"""The words of the papers out of records, in every language."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "made": "Written by Skygge on {at}, from the records of the study.",
        "downloads": "Who downloaded what",
        "downloads_about": (
            "Every file that left the server, from the audit log, which is a chain that nobody can alter unseen. "
            "Filters are named as they were asked. What became of a file afterwards is not known here."
        ),
        "downloads_none": "Nothing has been downloaded.",
        "number": "Record", "at": "When", "who": "By", "file": "File", "tier": "Identifying", "narrowed": "Narrowed to",
        "amount": "How much", "amount_entries": "{n} entries", "amount_encounters": "{n} encounters",
        "amount_codes": "{n} codes",
        "left": "Left the server", "whole": "whole", "stopped": "stopped after {n} bytes", "everything": "everything",
        "tier_full": "in full", "tier_deidentified": "de-identified", "tier_person": "about one person, others masked",
        "clock_times": "with clock times",
        "requests": "Requests of people observed",
        "requests_about": (
            "A request is due a month after it came, three months when it was extended; whoever asked is told of "
            "that within the first (General Data Protection Regulation, article 12(3))."
        ),
        "requests_none": "Nobody has asked for anything.",
        "received": "Came", "request": "Asked for", "person": "Pseudonym", "due": "Due", "answered": "Answered",
        "extended": "extended", "nobody_known": "not known", "late": "open, late", "open": "open",
        "access": "to see what is held", "rectification": "to have it corrected", "erasure": "to have it erased",
        "restriction": "that it is not used for now", "portability": "to take it along",
        "objection": "objects to the use", "withdrawal_of_consent": "takes consent back",
        "outcome_done": "done", "outcome_partly": "done in part", "outcome_refused": "refused",
        "outcome_taken_back": "taken back",
    },
    "da": {
        "made": "Skrevet af Skygge {at} ud fra studiets optegnelser.",
        "downloads": "Hvem hentede hvad",
        "downloads_about": (
            "Hver fil, der forlod serveren, fra revisionsloggen, som er en kæde, ingen kan ændre uset. Filtre står, "
            "som der blev bedt om dem. Hvad der siden skete med en fil, vides ikke her."
        ),
        "downloads_none": "Intet er hentet.",
        "number": "Optegnelse", "at": "Hvornår", "who": "Af", "file": "Fil", "tier": "Genkendelig",
        "amount": "Hvor meget", "amount_entries": "{n} noteringer", "amount_encounters": "{n} forløb",
        "amount_codes": "{n} koder",
        "narrowed": "Begrænset til", "left": "Forlod serveren", "whole": "hel", "stopped": "standset efter {n} byte",
        "everything": "alt", "tier_full": "fuldt ud", "tier_deidentified": "afidentificeret",
        "tier_person": "om én person, andre skjult", "clock_times": "med klokkeslæt",
        "requests": "Anmodninger fra observerede",
        "requests_about": (
            "En anmodning skal besvares senest en måned efter, at den kom, tre måneder når fristen er forlænget; det "
            "får den, der spurgte, at vide inden for den første (databeskyttelsesforordningen, artikel 12, stk. 3)."
        ),
        "requests_none": "Ingen har bedt om noget.",
        "received": "Kom", "request": "Bad om", "person": "Pseudonym", "due": "Frist", "answered": "Besvaret",
        "extended": "forlænget", "nobody_known": "ikke kendt", "late": "åben, for sent", "open": "åben",
        "access": "at se, hvad der er gemt", "rectification": "at få det rettet", "erasure": "at få det slettet",
        "restriction": "at det indtil videre ikke bruges", "portability": "at få det med sig",
        "objection": "gør indsigelse mod brugen", "withdrawal_of_consent": "trækker samtykket tilbage",
        "outcome_done": "gjort", "outcome_partly": "gjort delvis", "outcome_refused": "afslået",
        "outcome_taken_back": "taget tilbage",
    },
}  # fmt: skip
