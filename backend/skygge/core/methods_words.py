"""The sentences of methods paragraphs, in every language. Words only; `methods` puts them together."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, str]]

SENTENCES: Words = {
    "en": {
        "question": "The question asked of the entries was: {question}",
        "rest": (
            "The basis is {entries} entries from {encounters} encounters ({visits} visits{between}; kinds of "
            "encounter: {kinds}) and {hours} h {minutes} min of observed time, from which time off record, not "
            "recorded or struck was taken off."
        ),
        "between": ", {first} to {last}",
        "all_kinds": "all",
        "left_out": "Encounters whose end nobody gave, left out of rates, shares and intervals: {n}.",
        "set_back": "Encounters whose order and durations were not used, because a device's clock was set back: {n}.",
        "filters": "Only these were looked at: {filters}.",
        "parameters": "Settings: {parameters}.",
        "corrected": "Entries whose times were corrected for a wrong device clock: {n}.",
        "codebook": "Coded with codebook version {versions}.",
        "uncoded": "No published codebook was in use for these entries.",
        "heuristic": (
            "The structures are a heuristic start, not the source study's four structures, which are not known to us."
        ),
        "made_with": "Computed with Skygge {version}.",
    },
    "da": {
        "question": "Noteringerne blev spurgt: {question}",
        "rest": (
            "Grundlaget er {entries} noteringer fra {encounters} forløb ({visits} besøg{between}; slags forløb: "
            "{kinds}) og {hours} t. {minutes} min. observeret tid, hvor tid uden for referat, ikke noteret tid og "
            "slettet tid er trukket fra."
        ),
        "between": ", {first} til {last}",
        "all_kinds": "alle",
        "left_out": "Forløb, som ingen afsluttede, udeladt af rater, andele og intervaller: {n}.",
        "set_back": "Forløb, hvis rækkefølge og varighed ikke blev brugt, fordi et ur blev stillet tilbage: {n}.",
        "filters": "Kun disse er med: {filters}.",
        "parameters": "Indstillinger: {parameters}.",
        "corrected": "Noteringer, hvis tider er rettet for et forkert ur: {n}.",
        "codebook": "Kodet med kodebogens version {versions}.",
        "uncoded": "Ingen af disse noteringer er kodet med en udgivet kodebog.",
        "heuristic": (
            "Strukturerne er en heuristisk begyndelse, ikke kildestudiets fire strukturer, som vi ikke kender."
        ),
        "made_with": "Beregnet med Skygge {version}.",
    },
}

COUNTED: Words = {
    "passages": {
        "en": "Every step from one code to another was taken out with the entries between, to be read.",
        "da": "Hvert skridt fra én kode til en anden blev taget ud med noteringerne imellem, til læsning.",
    },
    "frequencies": {
        "en": "Entries were counted once each under every code they carry; a state counts once, whatever its length.",
        "da": "Noteringer blev talt én gang under hver kode, de bærer; et tidsrum tæller én gang uanset sin længde.",
    },
    "timeline": {
        "en": "Entries were laid out in time, in lanes, one encounter after the other; nothing was counted.",
        "da": "Noteringer blev lagt ud i tid, i spor, ét forløb efter det andet; intet blev talt.",
    },
    "rates": {
        "en": (
            "A rate is the sum of entries over the sum of observed hours (a ratio of totals, never a mean of rates), "
            "with an interval from a bootstrap over encounters."
        ),
        "da": (
            "En rate er summen af noteringer over summen af observerede timer (et forhold mellem totaler, aldrig et "
            "gennemsnit af rater), med et interval fra bootstrap over forløb."
        ),
    },
    "time-budget": {
        "en": (
            "The observed seconds of states were added up, and shares taken of observed time; in a set of codes that "
            "exclude each other, time without a code is shown as uncoded."
        ),
        "da": (
            "De observerede sekunder i tidsrum blev lagt sammen, og andele taget af den observerede tid; i et sæt "
            "koder, der udelukker hinanden, vises tid uden kode som ukodet."
        ),
    },
    "transitions": {
        "en": (
            "A transition was counted where one code followed another in what one observer saw of one encounter, with "
            "no pause between them; entries whose order is not known were left out as ties."
        ),
        "da": (
            "En overgang blev talt, hvor én kode fulgte efter en anden i det, én observatør så af ét forløb, uden "
            "pause imellem; noteringer, hvis rækkefølge ikke kendes, er udeladt."
        ),
    },
    "co-occurrence": {
        "en": "Counted were the observed seconds in which two states ran at once, and moments that lie inside a state.",
        "da": "Talt blev de observerede sekunder, hvor to tidsrum løb samtidig, og øjeblikke inde i et tidsrum.",
    },
    "actor-network": {
        "en": "Acts were counted from who acted to whom it was towards; acts without a recipient are shown apart.",
        "da": "Handlinger blev talt fra den, der handlede, til den, det gjaldt; dem uden modtager vises for sig.",
    },
    "control-care": {
        "en": "Each structure stands where the study set it on control and care; positions were set, not measured.",
        "da": "Hver struktur står, hvor studiet har sat den på kontrol og omsorg; placeringerne er sat, ikke målt.",
    },
    "profile": {
        "en": (
            "Encounters were described one by one; groups were compared by the difference of their ratios of totals, "
            "with a bootstrap over encounters, or as dots alone where a group has under five."
        ),
        "da": (
            "Forløb blev beskrevet ét for ét; grupper blev sammenlignet ved forskellen mellem deres forhold af totaler "
            "med bootstrap over forløb, eller kun som prikker, hvor en gruppe har under fem."
        ),
    },
    "agreement": {
        "en": (
            "What two observers of one visit coded was compared actor by actor: states second by second, moments "
            "paired one to one within a tolerance."
        ),
        "da": (
            "Det, to observatører af ét besøg kodede, blev sammenlignet aktør for aktør: tidsrum sekund for sekund, "
            "øjeblikke parret én til én inden for en tolerance."
        ),
    },
    "saturation": {
        "en": (
            "New codes were counted visit by visit in the order of the visits, beside the number expected had the "
            "visits come in any other order; codes never seen were estimated by Chao2."
        ),
        "da": (
            "Nye koder blev talt besøg for besøg i besøgenes rækkefølge ved siden af det forventede antal, hvis "
            "besøgene var kommet i en anden rækkefølge; koder, der aldrig blev set, er anslået med Chao2."
        ),
    },
    "deviant-cases": {
        "en": (
            "Counts were set against those expected if rows and columns had nothing to do with each other; the cells "
            "farthest from it, in both directions, are listed for reading."
        ),
        "da": (
            "Antal blev holdt op mod dem, man ville vente, hvis rækker og søjler intet havde med hinanden at gøre; de "
            "celler, der ligger længst derfra i begge retninger, er listet til læsning."
        ),
    },
    "lag-sequential": {
        "en": (
            "What follows what was set against independence at a fixed lag inside streams; residuals are adjusted "
            "(Haberman), and p comes from permutations inside streams, corrected by Holm over the cells."
        ),
        "da": (
            "Hvad der følger hvad, blev holdt op mod uafhængighed ved et fast antal skridt inden for strømme; "
            "residualer er justerede (Haberman), og p kommer fra permutationer inden for strømme, Holm-korrigeret."
        ),
    },
    "sequences": {
        "en": "The order of codes in each encounter was described as a whole and compared by optimal matching.",
        "da": "Kodernes rækkefølge i hvert forløb blev beskrevet som helhed og sammenlignet ved optimal matching.",
    },
}

FILTERS: Words = {
    "en": {
        "visit": "chosen visits:", "encounter": "chosen encounters:", "actor": "acted by", "observer": "observer",
        "agency": "agency", "action": "action", "structure": "structure", "flag": "flag", "from_": "from", "to": "to",
        "codebook_version": "coded with version",
    },
    "da": {
        "visit": "valgte besøg:", "encounter": "valgte forløb:", "actor": "udført af", "observer": "observatør",
        "agency": "organisation", "action": "handling", "structure": "struktur", "flag": "flag", "from_": "fra",
        "to": "til", "codebook_version": "kodet med version",
    },
}  # fmt: skip

KINDS: Words = {
    "en": {
        "visit": "visit", "between": "between visits", "interview": "interview", "focus_group": "focus group",
        "meeting": "meeting",
    },
    "da": {
        "visit": "besøg", "between": "mellem besøg", "interview": "interview", "focus_group": "fokusgruppe",
        "meeting": "møde",
    },
}  # fmt: skip

PARAMETERS: Words = {
    "en": {"by": "split by", "lanes": "one lane for each"},
    "da": {
        "bouts": "forekomster", "by": "delt efter", "dimension": "dimension", "lag": "skridt",
        "lanes": "et spor for hver", "permutations": "permutationer", "seed": "frø",
        "self_transitions": "overgange til samme kode",
        "tolerance_s": "tolerance i sekunder", "uncoded": "ukodede noteringer",
    },
}  # fmt: skip

VALUES: Words = {
    "en": {"True": "yes", "False": "no"},
    "da": {
        "True": "ja", "False": "nej", "structure": "struktur", "action": "handling", "actor": "aktør", "flag": "flag",
        "observer": "observatør", "agency": "organisation", "keep": "beholdt", "merge": "slået sammen",
        "forbid": "umulige",
    },
}  # fmt: skip

RULES: Mapping[str, Mapping[tuple[str, str], str]] = {
    "en": {
        ("origin", "explicit"): "Structures count where they were given on the spot.",
        ("origin", "later"): "Structures given later count.",
        ("origin", "carried"): "Structures carried on from an earlier entry count.",
        ("uncoded", "break"): "An entry without a code breaks the chain.",
        ("uncoded", "skip"): "Entries without a code were passed over.",
        ("bouts", "complete"): "States cut by a pause or an edge are left out of means and deviations.",
        ("bouts", "all"): "States cut by a pause or an edge count in means and deviations.",
        ("self_transitions", "merge"): "Repetitions of a code count as one.",
        ("self_transitions", "forbid"): "A code cannot follow itself; those cells are impossible, not empty.",
    },
    "da": {
        ("origin", "explicit"): "Strukturer tæller, hvor de blev givet på stedet.",
        ("origin", "later"): "Strukturer givet senere tæller.",
        ("origin", "carried"): "Strukturer videreført fra en tidligere notering tæller.",
        ("uncoded", "break"): "En notering uden kode bryder kæden.",
        ("uncoded", "skip"): "Noteringer uden kode blev sprunget over.",
        (
            "bouts",
            "complete",
        ): "Tidsrum, som en pause eller en kant har skåret over, indgår ikke i gennemsnit og spredning.",
        ("bouts", "all"): "Tidsrum, som en pause eller en kant har skåret over, indgår i gennemsnit og spredning.",
        ("self_transitions", "merge"): "Gentagelser af en kode tæller som én.",
        ("self_transitions", "forbid"): "En kode kan ikke følge sig selv; de celler er umulige, ikke tomme.",
    },
}
