"""The one catalogue of problems: a stable code, a status and a title each (RFC 9457).

Exception tree:

    Problem                  what a caller did that cannot be answered; becomes application/problem+json
      StudyUnknown …         one class per code
    StartRefused             a command or the server's start is refused: one sentence, exit code 2

A problem with `writes_kept` lets the one commit keep what was written before it was raised (a failed sign-in
counts although it is answered with an error). A body never carries a value that was sent.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class StartRefused(Exception):
    """The start, or a command, is refused with one sentence and nothing is written."""


class Problem(Exception):
    """Something a caller did wrong, or may not do. Subclasses are the catalogue."""

    code: ClassVar[str] = "server.failed"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "The server failed; nothing was changed."
    writes_kept: ClassVar[bool] = False

    def __init__(self, detail: str | None = None, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def body(self) -> dict[str, Any]:
        """The RFC 9457 object: type, title, status, code, detail and the problem's own members."""
        detail = self.detail or self.title
        known = {"type": "about:blank", "title": self.title, "status": self.status, "code": self.code, "detail": detail}
        return {**known, **self.members}


class ServerFailed(Problem):
    code, status, title = "server.failed", 500, "The server failed; nothing was changed."


class NotReady(Problem):
    code, status, title = "server.not_ready", 503, "The database does not answer."


class ServerFull(Problem):
    code, status, title = (
        "server.full",
        507,
        "The server's disk is full; nothing was changed. Whoever runs it has to know.",
    )


class MetricsRefused(Problem):
    code, status, title = "metrics.refused", 401, "The metrics token is missing or wrong."


class NotInRoom(Problem):
    code, status, title = "room.none", 404, "This server does not serve a room."


class ServerBusy(Problem):
    code, status, title = "server.busy", 503, "The server is busy; try again in a moment."


# ── requests that cannot be read ──


class BodyUnreadable(Problem):
    code, status, title = "body.unreadable", 400, "The body is not JSON that can be read."


class BodyTooLarge(Problem):
    code, status, title = "body.too_large", 413, "The body is larger than this address takes."


class MediaTypeUnsupported(Problem):
    code, status, title = "body.media_type", 415, "This address takes application/json."


class RequestInvalid(Problem):
    code, status, title = "request.invalid", 422, "Some fields are missing, unknown or out of bounds."


class AddressUnknown(Problem):
    code, status, title = "address.unknown", 404, "There is nothing at this address."


class MethodNotAllowed(Problem):
    code, status, title = "method.not_allowed", 405, "This address does not take that method."


class NameRefused(Problem):
    code, status, title = "name.refused", 400, "A name may not contain path parts."


class HostUnknown(Problem):
    code, status, title = "host.unknown", 400, "This server does not answer to that host name."


class CrossSite(Problem):
    code, status, title = "request.cross_site", 403, "Requests from another site are refused."


# ── set-up, signing in ──


class SetupNeeded(Problem):
    code, status, title = "setup.needed", 503, "Set Skygge up first, with the link the server printed."


class SetupUsed(Problem):
    code, status, title = "setup.used", 410, "Skygge has been set up; the link is used."


class SetupLinkWrong(Problem):
    code, status, title = "setup.link_wrong", 403, "This set-up link is wrong or older than 30 minutes."


class AccountLocked(Problem):
    code, status, title = "session.locked", 429, "Too many wrong passwords: locked for a day or until a reset."
    writes_kept = True


class TokenBound(Problem):
    code, status, title = "token.bound", 403, "A token belongs to one study and can do nothing outside it."


class AccountUnknown(Problem):
    code, status, title = "account.unknown", 422, "Nobody has signed up under this name."


class AlreadyMember(Problem):
    code, status, title = "member.exists", 409, "This person already belongs to the study."


class DeviceUnknown(Problem):
    code, status, title = "device.unknown", 404, "There is no such device in this study."


class DeviceTaken(Problem):
    code, status, title = "device.taken", 409, "This device belongs to somebody else."


class PairingOver(Problem):
    code, status, title = "pairing.over", 410, "This code is wrong, used or older than ten minutes."


class PairingWaiting(Problem):
    code, status, title = "pairing.waiting", 409, "Nobody has allowed this device yet."


class ResetLinkWrong(Problem):
    code, status, title = "reset.link_wrong", 403, "This link or code is wrong, used or too old."
    writes_kept = True


class ResetRefused(Problem):
    code, status = "reset.refused", 403
    title = (
        "You cannot let this person choose a new password: the account reaches further than the studies you lead. "
        "A spare code of their own can, or the server's administrator."
    )


class PasswordWrong(Problem):
    code, status, title = "password.wrong", 403, "The password is wrong."
    writes_kept = True


class SessionMissing(Problem):
    code, status, title = "session.missing", 401, "Sign in first."


class SessionReused(Problem):
    code, status = "session.reused", 401
    title = "This sign-in was used from two places, so it has ended. Sign in again; the leads were told."
    writes_kept = True


class WrongCredentials(Problem):
    code, status, title = "session.wrong_credentials", 401, "Name or password is wrong."
    writes_kept = True


class TooManyAttempts(Problem):
    code, status, title = "session.too_many_attempts", 429, "Too many attempts; wait before trying again."
    writes_kept = True


class DeviceRevoked(Problem):
    code, status, title = "device_revoked", 401, "This device was revoked."


class PasswordTooWeak(Problem):
    code, status, title = "password.too_weak", 422, "Choose a longer or less common password (15 characters or more)."


class AccountNameTaken(Problem):
    code, status, title = "account.name_taken", 409, "Somebody already has this name."


# ── studies and roles ──


class StudyUnknown(Problem):
    code, status, title = "study.unknown", 404, "There is no such study here."


class TitleDiffers(Problem):
    code, status, title = "study.title_differs", 422, "Type the study's title exactly as it stands."


class LockReasonMissing(Problem):
    code, status = "study.lock_reason_missing", 422
    title = "Say in writing why this study does not require the lock on its phones (lock_reason)."


class RoleInsufficient(Problem):
    code, status, title = "role.insufficient", 403, "Your role in this study does not allow that."


class TokenReadOnly(Problem):
    code, status, title = "token.read_only", 403, "This token may only read."


class TokenUnknown(Problem):
    code, status, title = "token.unknown", 404, "There is no such token here."


class MemberUnknown(Problem):
    code, status, title = "member.unknown", 404, "There is no such member in this study."


class MemberWithoutSignIn(Problem):
    code, status, title = "member.no_sign_in", 409, "This member has no sign-in, so there is no password to reset."


class LastLead(Problem):
    code, status, title = "member.last_lead", 409, "A study always has a lead: make somebody else lead first."


class InvitationWrong(Problem):
    code, status, title = "invitation.wrong", 410, "This invitation is wrong, used or too old."
    writes_kept = True


class ObserverTaken(Problem):
    code, status, title = "member.observer_taken", 409, "This observer name is taken in this study."


class StarterUnknown(Problem):
    code, status, title = "starter.unknown", 422, "There is no such starter codebook."


class CodebookFileInvalid(Problem):
    code, status, title = "codebook.file_invalid", 422, "This is not a codebook."


# ── analyses, exports ──


class AnalysisUnknown(Problem):
    code, status, title = "analysis.unknown", 404, "There is no such analysis."


class CellMissing(Problem):
    code, status, title = "analysis.cell_unknown", 422, "This analysis, with these parameters, has no such cell."


class ExportUnknown(Problem):
    code, status, title = "export.unknown", 404, "There is no such export format."


class TierRefused(Problem):
    code, status, title = "export.tier_refused", 403, "The lead lets you download de-identified files only."


class EarlierExportUnknown(Problem):
    code, status, title = "export.earlier_unknown", 422, "There is no such earlier export in the audit log."


# ── the log, imports ──


class EntryUnknown(Problem):
    code, status, title = "entry.unknown", 404, "There is no such entry here."


class ConcernUnknown(Problem):
    code, status, title = "concern.unknown", 404, "You have no such concern here."


class RequestUnknown(Problem):
    code, status, title = "request.unknown", 404, "There is no such request in this study."


class RequestDays(Problem):
    code, status, title = (
        "request.days",
        422,
        "A request is answered on or after the day it came, and not in the future.",
    )


class TextsUnread(Problem):
    code, status = "withdrawal.texts_unread", 409
    title = "Some texts of this person's encounters are still to be read: say of each what was decided (decided)."


class ActorUnknown(Problem):
    code, status, title = "actor.unknown", 404, "There is no such person here."


class ImportUnknown(Problem):
    code, status, title = "import.unknown", 404, "There is no such import format."


class FileHostile(Problem):
    code, status, title = "import.unsafe", 400, "The file holds something that could do harm; nothing of it was read."


class FileRefused(Problem):
    code, status, title = "import.refused", 422, "The file cannot be imported; nothing of it was."
