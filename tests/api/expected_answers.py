"""Who gets what at which address: written by hand from SECURITY's roles, never derived from the code that decides it.

A row has one word for each actor of OUTSIDERS (nobody, somebody with no place in the study) and INSIDERS:

    ok      the answer of somebody who may
    role    403, the role does not allow it          reads   403, a read-only token may not write
    bound   403, a token does nothing outside its study's own addresses
    tier    403, only de-identified files            sign    401, sign in first
    lost    401, this device was revoked             none    404, there is no such study here
    other   404, nothing of that id is one's own
"""

OUTSIDERS = "nobody garbage expired expired_token lost_phone stranger former admin foreign_token".split()
INSIDERS = "lead observer reader analyst auditor lead_token lead_script observer_script".split()
ACTORS = [*OUTSIDERS, *INSIDERS]
REFUSED = {
    "role": (403, "role.insufficient"),
    "reads": (403, "token.read_only"),
    "bound": (403, "token.bound"),
    "tier": (403, "export.tier_refused"),
    "sign": (401, "session.missing"),
    "lost": (401, "device_revoked"),
    "none": (404, "study.unknown"),
}

# At a study's addresses nobody from outside gets anything, and nobody learns whether the study exists.
SHUT = "sign sign sign sign lost none none none none"
# Where tokens may not go at all they hear that before anything else.
SHUT_TO_TOKENS = "sign sign sign sign lost none none none bound"
#                 lead observer reader analyst auditor lead_token lead_script observer_script
MEMBERS_READ = f"{SHUT} ok ok   ok    ok      role    ok         ok          ok"
ANALYSE = f"{SHUT}      ok ok   role  ok      role    ok         ok          ok"
EXPORT = f"{SHUT}       ok ok   role  ok      role    ok         ok          ok"
FULL_EXPORT = f"{SHUT}  ok ok   role  tier    role    ok         ok          ok"
AUDIT = f"{SHUT}        ok role role  role    ok      ok         ok          role"
LEAD = f"{SHUT}         ok role role  role    role    reads      ok          role"
DEVICE = f"{SHUT}       ok ok   ok    ok      role    reads      ok          ok"
WRITE = f"{SHUT}        ok ok   role  role    role    reads      ok          ok"

# nobody garbage expired expired_token lost_phone stranger former admin foreign_token,
# lead observer reader analyst auditor, 3 tokens
ANYBODY = "ok ok ok ok ok ok ok ok ok       ok ok ok ok ok ok ok ok"
SIGNED_IN = "sign sign sign sign lost ok ok ok ok    ok ok ok ok ok ok ok ok"
PEOPLE = "sign sign sign sign lost ok ok ok bound    ok ok ok ok ok bound bound bound"
ADMIN = "sign sign sign sign lost role role ok bound role role role role role bound bound bound"
# Whoever is signed in may sign out, from a lost phone too.
LEAVING = "sign sign sign sign ok ok ok ok bound     ok ok ok ok ok bound bound bound"
# Pairings are found by their account: everybody but the lead, whose it is, meets nothing.
PAIRING_OF_LEAD = "sign sign sign sign lost other other other bound  ok other other other other bound bound bound"

API = "/api/v1"
STUDY = f"{API}/studies/{{study_id}}"
# Address (`*` is one part of a path): what somebody who may is answered, and the row.
EXPECTED: dict[str, tuple[int, str]] = {
    "GET /healthz": (200, ANYBODY),
    "GET /readyz": (200, ANYBODY),
    "GET /room.crt": (404, ANYBODY),
    # No token is set, and nobody is named, in a test's server.
    "GET /metrics": (404, ANYBODY),
    "GET /.well-known/security.txt": (404, ANYBODY),
    f"GET {API}/setup": (410, ANYBODY),
    f"POST {API}/setup": (410, ANYBODY),
    f"POST {API}/session": (200, ANYBODY),
    f"DELETE {API}/session": (204, LEAVING),
    f"POST {API}/reset": (403, ANYBODY),
    # A lead for her members, in no script's name; for everybody else the administrator.
    f"POST {STUDY}/members/{{member_id}}/reset": (201, f"{SHUT_TO_TOKENS} ok role role role role bound bound bound"),
    f"POST {API}/resets": (201, ADMIN),
    f"GET {API}/spare-codes": (200, PEOPLE),
    f"POST {API}/spare-codes": (201, PEOPLE),
    f"POST {API}/password": (422, PEOPLE),
    f"GET {API}/me": (200, SIGNED_IN),
    f"POST {API}/invitations/accept": (410, ANYBODY),
    f"POST {API}/pairings": (201, PEOPLE),
    f"GET {API}/pairings/{{pairing_id}}": (200, PAIRING_OF_LEAD),
    f"POST {API}/pairings/{{pairing_id}}/answer": (410, PAIRING_OF_LEAD),
    f"POST {API}/pairings/claim": (410, ANYBODY),
    f"POST {API}/pairings/finish": (410, ANYBODY),
    f"GET {API}/studies": (200, SIGNED_IN),
    f"POST {API}/studies": (201, PEOPLE),
    f"GET {API}/audit": (200, ADMIN),
    f"GET {API}/starters": (200, SIGNED_IN),
    f"GET {STUDY}": (200, f"{SHUT} ok ok ok ok ok ok ok ok"),
    f"PATCH {STUDY}": (200, LEAD),
    f"GET {STUDY}/members": (200, MEMBERS_READ),
    f"POST {STUDY}/members": (201, LEAD),
    f"PATCH {STUDY}/members/{{member_id}}": (200, LEAD),
    f"GET {STUDY}/devices": (200, MEMBERS_READ),
    f"POST {STUDY}/devices": (200, DEVICE),
    # Read by whoever may make them; a read-only token of the lead's may not even look.
    f"GET {STUDY}/invitations": (200, LEAD),
    f"POST {STUDY}/invitations": (201, LEAD),
    f"GET {STUDY}/audit": (200, AUDIT),
    f"GET {STUDY}/audit/chain": (200, AUDIT),
    f"GET {STUDY}/tokens": (200, f"{SHUT_TO_TOKENS} ok ok ok ok ok bound bound bound"),
    f"POST {STUDY}/tokens": (201, f"{SHUT_TO_TOKENS} ok ok ok ok role bound bound bound"),
    f"DELETE {STUDY}/tokens/{{token_id}}": (
        204, f"{SHUT_TO_TOKENS} ok other other other other bound bound bound",
    ),
    f"GET {STUDY}/codebooks": (200, MEMBERS_READ),
    # A file is read for a draft; nothing of it is kept.
    f"POST {STUDY}/codebooks/read": (200, WRITE),
    f"GET {STUDY}/actors": (200, MEMBERS_READ),
    f"GET {STUDY}/encounters": (200, MEMBERS_READ),
    f"GET {STUDY}/entries": (200, MEMBERS_READ),
    f"GET {STUDY}/fieldnotes": (200, MEMBERS_READ),
    f"GET {STUDY}/memos": (200, MEMBERS_READ),
    f"GET {STUDY}/conflicts": (200, MEMBERS_READ),
    f"GET {STUDY}/search": (200, MEMBERS_READ),
    # The lead's entry: an observer who sees only her own learns nothing of it.
    f"GET {STUDY}/entries/{{entry_id}}/history": (200, f"{SHUT} ok other ok ok role ok ok other"),
    f"GET {STUDY}/changes": (200, MEMBERS_READ),
    f"GET {STUDY}/changes/days": (200, MEMBERS_READ),
    f"GET {STUDY}/quarantine": (200, MEMBERS_READ),
    f"GET {STUDY}/events": (200, MEMBERS_READ),
    # A lost phone may hand over what it holds (into quarantine), for sixty days, and nothing else. A reader's memos
    # are taken; whatever else she sends is parked.
    f"POST {STUDY}/changes": (
        200, "sign sign sign sign ok none none none none ok ok ok role role reads ok ok",
    ),
    f"POST {STUDY}/withdrawals": (200, LEAD),
    # Every browser may clear itself, whatever its owner is in the study, as long as there can be a copy in it.
    f"POST {STUDY}/clearings": (204, MEMBERS_READ),
    f"POST {STUDY}/actors/{{actor_id}}/disclosure": (200, LEAD),
    f"GET {STUDY}/device-sheet": (200, LEAD),
    # Whoever may download may know of downloads: who strikes words has to ask those who have them.
    f"GET {STUDY}/things/{{subject_id}}/exports": (200, EXPORT),
    # Its words are a person's own: no script asks for them, and the lead hears only that there is one.
    f"GET {STUDY}/concerns": (200, f"{SHUT_TO_TOKENS} ok ok ok ok role bound bound bound"),
    f"POST {STUDY}/concerns": (201, f"{SHUT_TO_TOKENS} ok ok ok ok role bound bound bound"),
    f"DELETE {STUDY}/concerns/{{concern_id}}": (
        204, f"{SHUT_TO_TOKENS} ok other other other role bound bound bound",
    ),
    f"GET {STUDY}/requests": (200, AUDIT),
    f"POST {STUDY}/requests": (201, LEAD),
    f"PATCH {STUDY}/requests/{{request_id}}": (200, LEAD),
    f"POST {STUDY}/end": (200, LEAD),
    f"GET {STUDY}/papers/{{kind}}": (200, AUDIT),
    f"GET {STUDY}/imports": (200, LEAD),
    f"POST {STUDY}/imports/{{name}}": (200, LEAD),
    f"GET {STUDY}/report": (200, ANALYSE),
    f"GET {STUDY}/analyses": (200, ANALYSE),
    f"GET {STUDY}/analyses/*": (200, ANALYSE),
    f"GET {STUDY}/analyses/*/methods": (200, ANALYSE),
    # Asked for a cell that there is not: who may not ask hears nothing of cells.
    f"GET {STUDY}/analyses/*/entries": (422, ANALYSE),
    f"GET {STUDY}/exports": (200, EXPORT),
    f"GET {STUDY}/exports/*": (200, EXPORT),
    f"GET {STUDY}/exports/*/preview": (200, EXPORT),
    f"GET {STUDY}/exports/*/losses": (200, EXPORT),
}  # fmt: skip
# The same addresses asked for more than de-identified files: by `tier`, or by clock times.
FULL_TIER: dict[str, tuple[int, str]] = {
    f"GET {STUDY}/exports/*": (200, FULL_EXPORT),
    f"GET {STUDY}/report": (200, FULL_EXPORT),
}
# A study that is not one's own, and one that is not there: nobody hears more of the one than of the other. A device is
# lost to one study only.
ELSEWHERE = "sign sign sign sign none none none none none none none none none none none none none"
ELSEWHERE_NO_TOKENS = "sign sign sign sign none none none none bound none none none none none bound bound bound"
