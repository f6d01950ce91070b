"""Of who may come in, and who may do what."""

from futureself_box.errors.family import BoxError


class CodeWrong(BoxError):
    """A code was mistyped, or there is no such invitation."""

    code = "code_wrong"
    status = 403
    sentence = "That code is not right."
    advice = "Look at the code again and type all 8 digits."


class CodeSpent(BoxError):
    """Five wrong tries, five minutes or one use have closed a code."""

    code = "code_spent"
    status = 403
    sentence = "That code can't be used any more."
    advice = "Ask for a new code and use it within 5 minutes."


class TooManyTries(BoxError):
    """Codes are being tried faster than a person types."""

    code = "too_many_tries"
    status = 429
    sentence = "Too many codes were tried."
    advice = "Wait a minute, then try again."


class InvitationDoubled(BoxError):
    """Two devices came with the same invitation: one of them may have stolen it."""

    code = "invitation_doubled"
    status = 409
    sentence = "This invitation was opened on two devices, so nobody was let in."
    advice = "Ask for a new invitation, and use it on one device only."


class TlsRequired(BoxError):
    """A secret came over a connection that anybody nearby can read."""

    code = "tls_required"
    status = 403
    sentence = "That came over an open connection, so it can't be used any more."
    advice = "Ask for a new invitation and open it on the box's https page."


class NumberWrong(BoxError):
    """The number that was confirmed is not that of the phone that waits now."""

    code = "number_wrong"
    status = 409
    sentence = "Another phone is asking now."
    advice = "Compare the number again before you let it in."


class RescueTooEarly(BoxError):
    """A member who lost every phone gets a new one only after the notice has stood for 48 hours."""

    code = "rescue_too_early"
    status = 409
    sentence = "It is too early for that."
    advice = "A new phone for another adult takes 48 hours of notice."


class SheetLineWrong(BoxError):
    """What was typed is not the line of the recovery sheet that was asked for."""

    code = "sheet_line_wrong"
    status = 403
    sentence = "That is not what stands on the sheet."
    advice = "Look at the line again. Letters and digits only; spaces don't matter."


class SheetUnknown(BoxError):
    """There is no recovery sheet, or it is not the newest one."""

    code = "sheet_unknown"
    status = 403
    sentence = "That recovery sheet doesn't open this box."
    advice = "Use the newest sheet. An older one stops working when a new one is proven."


class AlreadySetUp(BoxError):
    """The household has its owner."""

    code = "already_set_up"
    status = 409
    sentence = "This box is already set up."
    advice = "Ask its owner to invite you."


class TokenUnknown(BoxError):
    """A device token is missing, mistyped or revoked."""

    code = "token_unknown"
    status = 401
    sentence = "The box doesn't know this device."
    advice = "Ask for an invitation and join again."


class DeviceRevoked(BoxError):
    """The device was removed while it was connected."""

    code = "device_revoked"
    status = 403
    sentence = "This device was removed from the box."
    advice = "If that was a mistake, ask for an invitation and join again."


class NotAllowed(BoxError):
    """The member's role does not include this."""

    code = "not_allowed"
    status = 403
    sentence = "Your role in this household doesn't include that."
    advice = "Ask the owner of the box."


class OriginRefused(BoxError):
    """The page or name that a browser came from is not the box's own (DNS rebinding)."""

    code = "origin_refused"
    status = 403
    sentence = "The box only answers its own pages."
    advice = "Open the box's address itself."
