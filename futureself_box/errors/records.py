"""Of what members write, and of their photos and recordings."""

from futureself_box.errors.family import BoxError


class AttachmentTooLarge(BoxError):
    """A photo or recording is larger than the box takes."""

    code = "attachment_too_large"
    status = 413
    sentence = "That file is too large for the box."
    advice = "Send a smaller one; your entry is safe without it."


class AttachmentsFull(BoxError):
    """A member's attachments together are at their limit."""

    code = "attachments_full"
    status = 507
    sentence = "Your photos and recordings have filled their place on the box."
    advice = "Delete some, or let the owner raise records.attachments_gb."


class AttachmentUnreadable(BoxError):
    """The bytes are not a photo or recording of the type that was announced."""

    code = "attachment_unreadable"
    status = 422
    sentence = "The box can't read that file as what it says it is."
    advice = "Open it on your phone, save it anew and send that."


class AttachmentChanged(BoxError):
    """The bytes that came do not have the announced hash."""

    code = "attachment_changed"
    status = 422
    sentence = "That file changed on its way, so it was not kept."
    advice = "Send it again from its beginning."


class OffsetWrong(BoxError):
    """Bytes came for another place of an upload than the next. `offset` is the next."""

    code = "offset_wrong"
    status = 409
    sentence = "The upload goes on at another place."
    advice = "Go on at the offset that the answer names."

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        super().__init__(f"The upload goes on at byte {offset}.")


class RecordInvalid(BoxError):
    """A record's body is not what its kind says, or too long."""

    code = "record_invalid"
    status = 422
    sentence = "The box can't keep that as it is."
    advice = "Change it and save again. The text stays on your phone."


class LetterSealed(BoxError):
    """A letter is answered on its day, or once its writer has opened it."""

    code = "letter_sealed"
    status = 409
    sentence = "This letter is sealed."
    advice = "It is answered on its day; open it early to have an answer now."


class ArchiveUnreadable(BoxError):
    """A file to import is no zip, is damaged, or holds more than a journal would."""

    code = "archive_unreadable"
    status = 422
    sentence = "The box can't read that file."
    advice = "Export it once more, or choose another. Nothing that you have is changed."
