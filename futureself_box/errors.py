"""Every error that a person or a phone can meet.

One family: a class is a stable `code`, the HTTP `status` it maps to, a sentence that says what
happened and a hint that says what to do. Codes are part of the protocol and never change meaning.
docs/errors.md is made from this file, and a test holds that codes are unique.
"""

from typing import ClassVar


class BoxError(Exception):
    """The root of the family; raised only through its subclasses.

    `message` and `hint` default to the class's own and may be made more exact where the fact is
    known. Neither may hold a member's words or a secret: both are logged.
    """

    code: ClassVar[str] = "box_error"
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = "Something went wrong on the box."
    advice: ClassVar[str] = "Try again. If it stays, look at the box's log."

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        self.message = message or self.sentence
        self.hint = hint or self.advice
        super().__init__(f"{self.message} {self.hint}")


class StartError(BoxError):
    """The process can't start, and starting it again won't help."""

    code = "cannot_start"
    sentence = "The box can't start."
    advice = "Mend what the sentence names, then start it again."


# Settings and the machine


class SettingsInvalid(StartError):
    """A settings file or variable holds something that is not a setting."""

    code = "settings_invalid"
    sentence = "A setting is not valid."
    advice = "See docs/settings.md."


class PortTaken(StartError):
    """Another program listens where the box wants to."""

    code = "port_taken"
    sentence = "The box's port is in use by another program."
    advice = "Stop that program, or set FUTURESELF_BOX_PORT to a free port."


class SocketPathTooLong(StartError):
    """A Unix socket's path is limited to 107 bytes by the kernel (unix(7))."""

    code = "socket_path_too_long"
    sentence = "The path of the inference socket is too long for the system."
    advice = "Set FUTURESELF_DATA_FOLDER to a shorter path."


class AlreadyRunning(StartError):
    """Two boxes on one data folder would hold two different truths."""

    code = "already_running"
    sentence = "Another box is already running on this data folder."
    advice = "Use that one, or stop it first."


class ClockImplausible(BoxError):
    """The machine's clock lies before this release was made."""

    code = "clock_implausible"
    status = 503
    sentence = "The box's clock is wrong, so new words wait on your phone."
    advice = "Set the box's clock (timedatectl set-ntp true), then send again."


# The store and its keys


class DiskFull(BoxError):
    """A write found no room. The transaction was rolled back."""

    code = "disk_full"
    status = 507
    sentence = "The box's disk is full, so this was not saved."
    advice = "Free some space on the box, then send again."


class StoreBusy(BoxError):
    """Another process held the database for longer than a write may wait."""

    code = "store_busy"
    status = 503
    sentence = "The box's database is busy."
    advice = "Try again in a moment."


class StoreDamaged(BoxError):
    """A database file fails its check or can't be read."""

    code = "store_damaged"
    sentence = "A database of this box is damaged."
    advice = "Nothing was changed. Restore the file from a backup."


class StoreTooNew(StartError):
    """A newer release has written a database that this one can't read."""

    code = "store_too_new"
    sentence = "This database was written by a newer release of the box."
    advice = "Install the newer release again; nothing was changed."


class BoxKeyLost(StartError):
    """There are databases, but not the key that opens them."""

    code = "box_key_lost"
    sentence = "The box's key is missing, and without it the household's data can't be opened."
    advice = "Put box.key back into the configuration folder, then start again."


class KeyWrong(BoxError):
    """A key does not open what it should."""

    code = "key_wrong"
    sentence = "The key does not open this file."
    advice = "The key and the data belong to different boxes. Bring the right pair together."


class BackupDamaged(BoxError):
    """A backup is torn, was changed, or is not one."""

    code = "backup_damaged"
    sentence = "This backup is damaged or not complete."
    advice = "Nothing was changed. Use another backup."


class BackupMissing(BoxError):
    """There is no backup where one was looked for."""

    code = "backup_missing"
    status = 404
    sentence = "There is no backup yet."
    advice = "Make one with: futureself-box backup"


class BackupFolderMissing(BoxError):
    """The second folder for backups can't be used: its disk is most likely not plugged in."""

    code = "backup_folder_missing"
    status = 503
    sentence = "The second folder for backups is not there."
    advice = "Plug the disk in, or change backup.folder in the settings."


class BoxNotRunning(BoxError):
    """The worker needs the box process, which has the keys."""

    code = "box_not_running"
    status = 503
    sentence = "The box process doesn't answer."
    advice = "Start it with scripts/run."


# The household


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


# Attachments


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


# Frames and requests


class FrameInvalid(BoxError):
    """A frame or body is not what the protocol says."""

    code = "frame_invalid"
    status = 400
    sentence = "The box didn't understand that."
    advice = "Update the app and try again."


class FrameOutOfOrder(BoxError):
    """A frame came before hello, or hello came twice."""

    code = "frame_out_of_order"
    status = 400
    sentence = "The first frame must be hello, and only the first."
    advice = "Reload the app."


class SchemaTooOld(BoxError):
    """The phone speaks an older protocol than the box still knows."""

    code = "schema_too_old"
    status = 426
    sentence = "This app is older than the box."
    advice = "Reload the app."


class NotFound(BoxError):
    """There is nothing of that name for this member."""

    code = "not_found"
    status = 404
    sentence = "There is no such thing here."
    advice = "Reload the app to see what there is."


class RecordInvalid(BoxError):
    """A record's body is not what its kind says, or too long."""

    code = "record_invalid"
    status = 422
    sentence = "The box can't keep that as it is."
    advice = "Change it and save again. The text stays on your phone."


class ArchiveUnreadable(BoxError):
    """A file to import is no zip, is damaged, or holds more than a journal would."""

    code = "archive_unreadable"
    status = 422
    sentence = "The box can't read that file."
    advice = "Export it once more, or choose another. Nothing that you have is changed."


class EpochChanged(BoxError):
    """The box was restored from a backup, so the phone's place in its log means nothing any more."""

    code = "epoch_changed"
    status = 410
    sentence = "The box was restored from a backup."
    advice = "The app sends what it has once more, by itself."


class TooManyTurns(BoxError):
    """A member already has as many turns running as one may."""

    code = "too_many_turns"
    status = 429
    sentence = "You already have several messages waiting for an answer."
    advice = "Wait for one of them, then send again."


class MessageNotLast(BoxError):
    """Only the last answer of a conversation is written anew; what follows is an answer to it."""

    code = "message_not_last"
    status = 409
    sentence = "Only the last answer can be written anew."
    advice = "Edit your message instead; what came after it goes to the trash."


class LetterSealed(BoxError):
    """A letter is answered on its day, or once its writer has opened it."""

    code = "letter_sealed"
    status = 409
    sentence = "This letter is sealed."
    advice = "It is answered on its day; open it early to have an answer now."


class TurnInterrupted(BoxError):
    """The box was restarted in the middle of an answer."""

    code = "turn_interrupted"
    status = 410
    sentence = "The answer was interrupted."
    advice = "Your message is safe. Tap retry."


class StreamLost(BoxError):
    """The phone took the stream too slowly; the turn itself goes on."""

    code = "stream_lost"
    status = 408
    sentence = "The connection is too slow for the answer as it comes."
    advice = "Resume to see the rest."


class BoxUnreachable(BoxError):
    """The terminal client finds no box at the address."""

    code = "box_unreachable"
    status = 503
    sentence = "The box doesn't answer."
    advice = "Start it with scripts/run, or give its address with --url."


class NetworkUnreachable(BoxError):
    """This machine has no network to look for a box on."""

    code = "network_unreachable"
    status = 503
    sentence = "This machine is on no network."
    advice = "Connect it to the home network, or give the box's address with --url."


# Inference


class ModelMissing(BoxError):
    """No model has been chosen yet."""

    code = "model_missing"
    status = 503
    sentence = "The box has no language model yet."
    advice = "On the box, run: futureself-box models pull starter"


class ModelBroken(BoxError):
    """A weights file is damaged, half-written or not a GGUF."""

    code = "model_broken"
    status = 503
    sentence = "The model's file is damaged."
    advice = "On the box, run: futureself-box models verify, then pull the model again."


class ModelStarting(BoxError):
    """The engine died or is loading its weights."""

    code = "model_starting"
    status = 503
    sentence = "The model is starting again."
    advice = "Your message is safe. Tap retry in a few seconds."


class ModelBusy(BoxError):
    """The queue is full."""

    code = "model_busy"
    status = 429
    sentence = "Too many people are talking to the box at once."
    advice = "Your message is safe. Tap retry in a minute."


class ModelServerNotAgreed(BoxError):
    """`inference.url` leads to another machine, and the owner has not agreed to that."""

    code = "model_server_not_agreed"
    status = 503
    sentence = "The owner has not agreed that words leave the box for the model's server."
    advice = (
        "Your message is safe. To agree, set inference.consent to the address in inference.url."
    )


class ModelServerUnreachable(BoxError):
    """Nobody answers at `inference.url`."""

    code = "model_server_unreachable"
    status = 503
    sentence = "The model's server doesn't answer."
    advice = (
        "Your message is safe. Look whether it is on, and whether inference.url is its address."
    )


class ModelServerKeyRefused(BoxError):
    """The server wants another key than the one in `inference.url_key_file`."""

    code = "model_server_key_refused"
    status = 503
    sentence = "The model's server doesn't accept the box's key."
    advice = "Your message is safe. Put the right key into the file of inference.url_key_file."


class ModelServerBrokeOff(BoxError):
    """An answer from `inference.url` ended before its end."""

    code = "model_server_broke_off"
    status = 503
    sentence = "The model's server broke its answer off."
    advice = "Your message is safe. Tap retry in a few seconds."


class ModelServerFailed(BoxError):
    """What came from `inference.url` is no answer of OpenAI's API."""

    code = "model_server_failed"
    status = 503
    sentence = "The model's server gave an answer that the box can't use."
    advice = "Your message is safe. Look whether inference.url is the address of an OpenAI API."


class ContextLengthExceeded(BoxError):
    """The prompt and the answer don't fit the model's window."""

    code = "context_length_exceeded"
    status = 400
    sentence = "That is longer than the model can read at once."
    advice = "Send a shorter message."


class RequestInvalid(BoxError):
    """A request to the inference API is not valid."""

    code = "invalid_request_error"
    status = 400
    sentence = "The request is not valid."
    advice = "See the OpenAI API reference."


class ModelUnknown(BoxError):
    """A name is neither in the catalogue nor a file."""

    code = "model_unknown"
    status = 404
    sentence = "There is no model of that name."
    advice = "See: futureself-box models list"


class DownloadFailed(BoxError):
    """A model could not be fetched or does not match its checksum."""

    code = "download_failed"
    status = 502
    sentence = "The model could not be fetched."
    advice = "Check the box's internet connection, then run the same command again."


class ModelUnsuitable(BoxError):
    """A model is whole, but the box can't run it: an adapter, or one in several files."""

    code = "model_unsuitable"
    status = 422
    sentence = "The box can't use that model."
    advice = "Choose one that is a single GGUF file with a chat template. The old model goes on."


class ModelTooLarge(BoxError):
    """The weights don't fit into the machine's memory."""

    code = "model_too_large"
    status = 422
    sentence = "That model is larger than this machine's memory."
    advice = "Choose a smaller one: futureself-box hardware says what fits. The old model goes on."


class ModelInUse(BoxError):
    """The weights that answer now can't be removed."""

    code = "model_in_use"
    status = 409
    sentence = "That model is in use."
    advice = "Choose another first, with: futureself-box models use"


class ModelStoreClosed(BoxError):
    """This machine's Ollama store belongs to a user who keeps it closed."""

    code = "model_store_closed"
    status = 403
    sentence = "The Ollama store of this machine belongs to another user."
    advice = "Let its owner make it readable, or set models.ollama_folder to one that is."


class RegistryUnreachable(DownloadFailed):
    """The registry doesn't answer, or breaks off again and again."""

    code = "registry_unreachable"
    sentence = "The registry of models doesn't answer."
    advice = "What came is kept. Check the internet connection, then run the same command again."


class RegistryAsksPassword(DownloadFailed):
    """The model is not public."""

    code = "registry_asks_password"
    sentence = "The registry asks for a password, and the box has none."
    advice = "Choose a public model, or fetch this one with Ollama itself and use it from there."


# The cloud copy


class CloudNotSet(BoxError):
    """`supabase.url` and `supabase.key` are empty."""

    code = "cloud_not_set"
    status = 409
    sentence = "This box has no Supabase project."
    advice = "The owner sets supabase.url and supabase.key. See docs/cloud.md."


class CloudUnreachable(BoxError):
    """No answer, or none of the project's own."""

    code = "cloud_unreachable"
    status = 503
    sentence = "The Supabase project doesn't answer."
    advice = "Nothing is lost. The box goes on by itself once it answers."


class CloudPaused(BoxError):
    """Supabase pauses projects that nobody uses (HTTP 540)."""

    code = "cloud_paused"
    status = 503
    sentence = "The Supabase project is paused."
    advice = "Nothing is lost. Resume it in Supabase's dashboard; the box goes on by itself."


class CloudFull(BoxError):
    """The project is over its quota, so it takes nothing in."""

    code = "cloud_full"
    status = 507
    sentence = "The Supabase project is full."
    advice = (
        "Nothing is lost. Give it more room in Supabase's dashboard; the box goes on by itself."
    )


class CloudNotPrepared(BoxError):
    """What answers at the URL is no project with the box's migrations."""

    code = "cloud_not_prepared"
    status = 502
    sentence = "What answers at supabase.url is not a project prepared for this box."
    advice = "Look whether the address is right, then run: futureself-box supabase init"


class CloudKeyRefused(BoxError):
    """`supabase.key` is not one of the project's."""

    code = "cloud_key_refused"
    status = 502
    sentence = "The Supabase project doesn't accept the box's API key."
    advice = "Set supabase.key to the project's publishable key."


class CloudRefused(BoxError):
    """An answer that has no class of its own here."""

    code = "cloud_refused"
    status = 502
    sentence = "The Supabase project refused what the box sent."
    advice = "Nothing is lost. See docs/cloud.md."


class CloudPasswordWrong(BoxError):
    """No account has this address and password."""

    code = "cloud_password_wrong"
    status = 403
    sentence = "The mail address or the password is wrong."
    advice = "Type both again, or make an account first."


class CloudPasswordWeak(BoxError):
    """The project wants a better password."""

    code = "cloud_password_weak"
    status = 400
    sentence = "The Supabase project doesn't take this password."
    advice = "Choose a longer one."


class CloudAccountTaken(BoxError):
    """There is an account of this address already."""

    code = "cloud_account_taken"
    status = 409
    sentence = "There is an account of this mail address already."
    advice = "Sign in with it instead."


class CloudSignUpClosed(BoxError):
    """The project takes no new accounts."""

    code = "cloud_sign_up_closed"
    status = 403
    sentence = "The Supabase project takes no new accounts."
    advice = "The owner lets them in again in Supabase's dashboard, for a moment."


class CloudMailUnconfirmed(BoxError):
    """The account waits for the link in a mail to be opened."""

    code = "cloud_mail_unconfirmed"
    status = 403
    sentence = "The mail address is not confirmed yet."
    advice = "Open the link in the mail from Supabase, then sign in."


class CloudSignInAgain(BoxError):
    """The session was ended, or belongs to another project."""

    code = "cloud_sign_in_again"
    status = 403
    sentence = "The session with the Supabase project has ended."
    advice = "Nothing is lost. Sign in again under Me; until then the journal stays on the box."


class CloudNeedsSheet(BoxError):
    """Without a recovery sheet nobody could ever read the copy."""

    code = "cloud_needs_sheet"
    status = 409
    sentence = "There is no recovery sheet yet, and nothing else could open the cloud copy."
    advice = "The owner makes one under Me."


class CloudNotAllowed(BoxError):
    """A child's words stay in the house unless the owner decides otherwise."""

    code = "cloud_not_allowed"
    status = 403
    sentence = "A child has no cloud copy unless the owner allows it."
    advice = "Ask the owner of the box."


class CloudBoxTooOld(BoxError):
    """The project takes only what a newer release writes (PT426)."""

    code = "cloud_box_too_old"
    status = 409
    sentence = "The cloud copy wants a newer release of the box."
    advice = "Update the box. Until then new words are on the box and in its backups."


class CloudEpochChanged(BoxError):
    """The project was restored or begun anew, so that cursors mean nothing (PT410)."""

    code = "cloud_epoch_changed"
    status = 409
    sentence = "The cloud copy has begun anew."
    advice = "The box sends everything once more by itself."


class CloudClockAhead(BoxError):
    """Revisions are dated more than a day ahead of the project's clock (PT422)."""

    code = "cloud_clock_ahead"
    status = 409
    sentence = "Some versions carry a date in the future and wait on the box for it."
    advice = "Look whether the box's clock is right. Everything else is in the cloud."


class CloudDamaged(BoxError):
    """A row does not open, or lacks what it should have."""

    code = "cloud_damaged"
    status = 502
    sentence = "Something in the cloud copy is damaged or was sealed with another key."
    advice = "Nothing on the box was changed. Erase the copy and let the box make it anew."


class CloudKeyUnknown(BoxError):
    """The copy has a newer key than this box, as after an old backup was brought back."""

    code = "cloud_key_unknown"
    status = 409
    sentence = "The cloud copy is sealed with a key that this box doesn't have."
    advice = "Run futureself-box restore --from-supabase with the recovery sheet."


class CloudEmpty(BoxError):
    """There is no copy of this account to bring back."""

    code = "cloud_empty"
    status = 404
    sentence = "The Supabase project holds no copy of this account."
    advice = "Look whether the mail address is the right one."
