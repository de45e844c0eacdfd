"""The words of the papers about a study, in every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dpia_title": "Data protection impact assessment",
        "data-management_title": "Data-management sheet",
        "what": "What", "answer": "Answer", "open": "not answered yet", "none_named": "none named",
        "made": "Written by Skygge {version} on {at}, from the settings of the study and what it held at that moment.",
        "about": "The study, and who answers for it",
        "controller": "Controller", "joint_controller": "Joint controller", "processor": "Processor",
        "hosting_place": "Where the server stands", "purpose": "Purpose",
        "purpose_limits": "What it may not be used for",
        "legal_basis": "Legal basis", "retention_until": "Kept until",
        "concern_procedure": "What is done when somebody sees harm",
        "processed": "What is processed, and about whom",
        "processed_about": (
            "People are watched at work and in their homes, and what they do and say is written down: it may tell of "
            "health, and often of people who are vulnerable. Reflections are seen by whoever wrote them and by nobody "
            "else."
        ),
        "field_mode": "How much is coded in the field",
        "field_mode_words": "Nothing has to be: words are written down, and coded afterwards.",
        "field_mode_actions": "Actions; what they amount to is coded afterwards.",
        "field_mode_structures": "Actions, and what they amount to.",
        "languages": "Languages", "time_zone": "Time zone",
        "no_names": (
            "People stand under pseudonyms. Skygge keeps no list of real names, and asks no phone for place, "
            "microphone, camera or contacts. Names that slip into a text are struck from every copy."
        ),
        "people_professional": "Professionals, by pseudonym", "people_citizen": "Citizens, by pseudonym",
        "people_relative": "Relatives, by pseudonym", "people_bystander": "Bystanders", "people_other": "Others",
        "held_encounters": "Encounters watched", "held_entries": "Entries", "held_words": "Entries with words",
        "held_fieldnotes": "Paragraphs of field notes", "held_memos": "Memos", "held_codebooks": "Codebook versions",
        "held_changes": "Changes in the log",
        "access": "Who has access",
        "role_lead": "Leads", "role_observer": "Observers", "role_reader": "Readers", "role_analyst": "Analysts",
        "role_auditor": "Auditors", "role_analyst_full": "Analysts who may download more than de-identified files",
        "observers_see": "What observers see of each other",
        "observers_see_own": "Nothing: each sees what they wrote themselves.",
        "observers_see_all": "Everything that any observer wrote, but for reflections.",
        "roles_about": (
            "Leads do everything. Observers write, and see what the study lets them see of each other. Readers read "
            "and export nothing. Analysts download de-identified files unless a lead allows more. Auditors see the "
            "audit log and no field data. Whoever runs the server can reach its disk."
        ),
        "no_employer": (
            "The employer receives no row-level data. Skygge sends nothing to anybody by itself; every file that was "
            "made is in the audit log with who made it, what it was narrowed down to, and how much of it identifies."
        ),
        "phones": "Phones and browsers",
        "devices_known": "Known", "devices_revoked": "Closed", "devices_unclean": "With something erased on their disk",
        "lock": "The lock on the phone", "dictation": "Dictation and other keyboards",
        "lock_on": "Required: texts are encrypted on the phone, with a key that its owner's passphrase opens.",
        "lock_off": "Not required. The written reason: {reason}",
        "dictation_on": (
            "Allowed. Speech, and words typed on a keyboard that somebody else made, may be sent to its maker: a "
            "transfer that has to be covered here."
        ),
        "dictation_off": (
            "Not allowed. The app asks the phone to leave spelling, correction and suggestions off; that nobody "
            "dictates is agreed with the observers, because no web page can forbid it."
        ),
        "never_asked": "The app never asks for place, microphone, camera or contacts.",
        "rights": "Consent, and the rights of people observed",
        "consents_given": "Consent given", "consents_by_proxy": "Given by proxy", "consents_assent": "Did not object",
        "consents_declined": "Declined", "consents_unsaid": "Written down without an answer",
        "consents_never": "Nobody has asked yet",
        "rights_stopped": "Withdrawals: nothing more is written", "rights_redacted": "Withdrawals: words taken out",
        "rights_erased": "Withdrawals: erased", "rights_disclosed": "Told everything held about them",
        "rights_struck": "Times that words were struck",
        "rights_about": (
            "Consent is checked at every encounter. A person can have the writing stopped, the words taken out, or "
            "everything erased: from the log, the tables, the index of words, the database file, every phone at its "
            "next contact and every later export. Exports already made that hold the person are listed."
        ),
        "leaving": "What leaves the server",
        "exports_full": "Files with texts, times or identifiers", "exports_deidentified": "De-identified files",
        "leaving_about": "A file that was downloaded cannot be called back: it has to be erased by whoever has it.",
        "keeping": "How long it is kept",
        "retention_day": "{day}; leads are reminded from thirty days before",
        "keeping_about": (
            "At the end everything is erased, with a certificate: from log, tables, index and database file. Phones "
            "clear their copy at their next contact; one that never makes contact again keeps it."
        ),
        "keeping_backups": "Backups are made and thrown away by whoever runs the server, and live as long as they say.",
        "risks": "Risks, and what holds", "risk": "Risk", "holds": "What holds", "remains": "What remains",
        "risks_about": "How likely and how grave each is has to be judged by the controller; no program knows it.",
        "lock_risk": (
            "A phone is lost or taken|{lock}|Pseudonyms, codes and times can be read; so can texts where there is "
            "no lock. The lead closes the phone to the study."
        ),
        "what_data": "What data there are",
        "formats_about": (
            "Kept as a log of changes; given out as JSON Lines (without loss), CSV and other formats that the "
            "documentation lists. The codebook, its versions and what each code means come with the data."
        ),
        "where": "Where they are", "database": "Database",
        "where_about": "Sent over HTTPS only. Phones keep what their owner watched, and what they need of the rest.",
        "open_points": "Still to be answered or decided",
        "open_term": "Not answered: {term}.", "open_never": "Nobody has asked {n} of the people observed for consent.",
        "open_lock": "The lock on the phone is not required: is its reason good enough?",
        "nothing_open": "Nothing that a program can see.",
    },
    "da": {
        "dpia_title": "Konsekvensanalyse vedrørende databeskyttelse",
        "data-management_title": "Datahåndteringsark",
        "what": "Hvad", "answer": "Svar", "open": "endnu ikke besvaret", "none_named": "ingen angivet",
        "made": "Skrevet af Skygge {version} den {at} ud fra studiets indstillinger og det, det rummede i det øjeblik.",
        "about": "Studiet, og hvem der har ansvaret",
        "controller": "Dataansvarlig", "joint_controller": "Fælles dataansvarlig", "processor": "Databehandler",
        "hosting_place": "Hvor serveren står", "purpose": "Formål", "purpose_limits": "Hvad det ikke må bruges til",
        "legal_basis": "Retsgrundlag", "retention_until": "Opbevares til",
        "concern_procedure": "Hvad man gør, når nogen ser skade",
        "processed": "Hvad der behandles, og om hvem",
        "processed_about": (
            "Mennesker iagttages på arbejde og i deres hjem, og det, de gør og siger, skrives ned: det kan fortælle om "
            "helbred, og ofte om sårbare mennesker. Refleksioner ses af den, der skrev dem, og af ingen anden."
        ),
        "field_mode": "Hvor meget der kodes i felten",
        "field_mode_words": "Intet behøver at blive det: ord skrives ned og kodes bagefter.",
        "field_mode_actions": "Handlinger; hvad de udgør, kodes bagefter.",
        "field_mode_structures": "Handlinger, og hvad de udgør.",
        "languages": "Sprog", "time_zone": "Tidszone",
        "no_names": (
            "Mennesker står under pseudonymer. Skygge har ingen liste over rigtige navne og beder ingen telefon om "
            "sted, mikrofon, kamera eller kontakter. Navne, der smutter ind i en tekst, streges i hver kopi."
        ),
        "people_professional": "Fagpersoner, med pseudonym", "people_citizen": "Borgere, med pseudonym",
        "people_relative": "Pårørende, med pseudonym", "people_bystander": "Tilstedeværende", "people_other": "Andre",
        "held_encounters": "Iagttagne forløb", "held_entries": "Noteringer", "held_words": "Noteringer med ord",
        "held_fieldnotes": "Afsnit af feltnoter", "held_memos": "Memoer", "held_codebooks": "Versioner af kodebogen",
        "held_changes": "Ændringer i loggen",
        "access": "Hvem der har adgang",
        "role_lead": "Ledere", "role_observer": "Observatører", "role_reader": "Læsere", "role_analyst": "Analytikere",
        "role_auditor": "Revisorer", "role_analyst_full": "Analytikere, der må hente mere end afidentificerede filer",
        "observers_see": "Hvad observatører ser af hinandens",
        "observers_see_own": "Intet: hver ser det, de selv har skrevet.",
        "observers_see_all": "Alt, hvad nogen observatør har skrevet, på nær refleksioner.",
        "roles_about": (
            "Ledere kan alt. Observatører skriver og ser det af hinandens, som studiet lader dem se. Læsere læser og "
            "eksporterer intet. Analytikere henter afidentificerede filer, medmindre en leder tillader mere. Revisorer "
            "ser revisionsloggen og ingen feltdata. Den, der driver serveren, kan nå dens disk."
        ),
        "no_employer": (
            "Arbejdsgiveren modtager ingen data på rækkeniveau. Skygge sender intet til nogen af sig selv; hver fil, "
            "der er lavet, står i revisionsloggen med hvem, afgrænsning, og hvor meget af den der identificerer."
        ),
        "phones": "Telefoner og browsere",
        "devices_known": "Kendte", "devices_revoked": "Lukkede", "devices_unclean": "Med noget slettet på deres disk",
        "lock": "Låsen på telefonen", "dictation": "Diktering og fremmede tastaturer",
        "lock_on": "Krævet: tekster er krypteret på telefonen med en nøgle, som ejerens adgangssætning åbner.",
        "lock_off": "Ikke krævet. Den skrevne grund: {reason}",
        "dictation_on": (
            "Tilladt. Tale, og ord skrevet på et tastatur fra andre, kan blive sendt til dets producent: en "
            "overførsel, der skal være dækket her."
        ),
        "dictation_off": (
            "Ikke tilladt. Appen beder telefonen om at lade stavning, rettelser og forslag være slået fra; at ingen "
            "dikterer, aftales med observatørerne, for det kan ingen webside forbyde."
        ),
        "never_asked": "Appen beder aldrig om sted, mikrofon, kamera eller kontakter.",
        "rights": "Samtykke, og de iagttagnes rettigheder",
        "consents_given": "Samtykke givet", "consents_by_proxy": "Givet af stedfortræder",
        "consents_assent": "Sagde ikke fra", "consents_declined": "Sagde nej",
        "consents_unsaid": "Skrevet ned uden svar", "consents_never": "Ingen har spurgt endnu",
        "rights_stopped": "Tilbagetrækninger: der skrives ikke mere",
        "rights_redacted": "Tilbagetrækninger: ordene taget ud", "rights_erased": "Tilbagetrækninger: slettet",
        "rights_disclosed": "Fik alt om sig selv at vide", "rights_struck": "Gange, ord er streget",
        "rights_about": (
            "Samtykke tjekkes ved hvert forløb. Et menneske kan få skrivningen stoppet, ordene taget ud eller det hele "
            "slettet: fra log, tabeller, ordindeks, databasefil, hver telefon ved næste kontakt og hver senere "
            "eksport. Eksporter, der allerede er lavet og rummer personen, står på en liste."
        ),
        "leaving": "Hvad der forlader serveren",
        "exports_full": "Filer med tekster, tider eller kendetegn", "exports_deidentified": "Afidentificerede filer",
        "leaving_about": "En hentet fil kan ikke kaldes tilbage: den skal slettes af den, der har den.",
        "keeping": "Hvor længe det opbevares",
        "retention_day": "{day}; ledere mindes om det fra tredive dage før",
        "keeping_about": (
            "Til sidst slettes alt, med en attest: fra log, tabeller, indeks og databasefil. Telefoner rydder deres "
            "kopi ved næste kontakt; en, der aldrig får kontakt igen, beholder den."
        ),
        "keeping_backups": (
            "Sikkerhedskopier laves og kasseres af den, der driver serveren, og lever så længe, som de siger."
        ),
        "risks": "Risici, og hvad der holder", "risk": "Risiko", "holds": "Hvad der holder",
        "remains": "Hvad der er tilbage",
        "risks_about": (
            "Hvor sandsynlig og hvor alvorlig hver er, må den dataansvarlige bedømme; det ved intet program."
        ),
        "lock_risk": (
            "En telefon mistes eller tages|{lock}|Pseudonymer, koder og tider kan læses; det kan tekster også, hvor "
            "der ingen lås er. Lederen lukker telefonen ude af studiet."
        ),
        "what_data": "Hvilke data der er",
        "formats_about": (
            "Opbevares som en log af ændringer; gives ud som JSON Lines (uden tab), CSV og andre formater, som "
            "dokumentationen nævner. Kodebogen, dens versioner og hvad hver kode betyder følger med."
        ),
        "where": "Hvor de er", "database": "Database",
        "where_about": "Sendes kun over HTTPS. Telefoner har det, deres ejer så, og det, de behøver af resten.",
        "open_points": "Mangler at blive besvaret eller besluttet",
        "open_term": "Ikke besvaret: {term}.",
        "open_never": "Ingen har spurgt {n} af de iagttagne om samtykke.",
        "open_lock": "Låsen på telefonen er ikke krævet: er grunden god nok?",
        "nothing_open": "Intet, som et program kan se.",
    },
}  # fmt: skip
RISKS: Mapping[str, Sequence[Sequence[str]]] = {
    "en": (
        (
            "A real name stands in a text",
            "Doubtful words are underlined; they are struck from every version, index, phone and later file.",
            "A name that nobody notices, and files made before.",
        ),
        (
            "Somebody knows a person behind a pseudonym",
            "De-identified files leave out texts, exact times and identifiers.",
            "In a small workplace what somebody does can be enough.",
        ),
        (
            "Members see more than they need",
            "Roles; observers see their own encounters unless the study says otherwise; everything is on record.",
            "A lead sees everything but reflections.",
        ),
        (
            "Somebody gets into the server",
            "HTTPS only, long passwords, a limit on guesses, sessions that end, one log of who did what.",
            "Whoever has the disk can read it: the server analyses, so it holds clear texts.",
        ),
        (
            "People could not say yes for themselves",
            "Consent by proxy, what was seen of assent, a check at every encounter, no jotting about who declined.",
            "Whether they would have wanted it.",
        ),
    ),
    "da": (
        (
            "Et rigtigt navn står i en tekst",
            "Tvivlsomme ord understreges; de streges i hver version, indeks, telefon og senere fil.",
            "Et navn, som ingen lægger mærke til, og filer lavet før.",
        ),
        (
            "Nogen kender mennesket bag et pseudonym",
            "Afidentificerede filer udelader tekster, præcise tider og kendetegn.",
            "På en lille arbejdsplads kan det, nogen gør, være nok.",
        ),
        (
            "Medlemmer ser mere, end de behøver",
            "Roller; observatører ser egne forløb, medmindre studiet siger andet; alt skrives op.",
            "En leder ser alt undtagen refleksioner.",
        ),
        (
            "Nogen kommer ind på serveren",
            "Kun HTTPS, lange adgangskoder, en grænse for gæt, sessioner, der slutter, én log over hvem der "
            "gjorde hvad.",
            "Den, der har disken, kan læse den: serveren analyserer, så den har klare tekster.",
        ),
        (
            "Mennesker kunne ikke selv sige ja",
            "Samtykke ved stedfortræder, set tilslutning, et tjek ved hvert forløb, ingen stikord om den, der "
            "sagde nej.",
            "Om de ville have ønsket det.",
        ),
    ),
}
