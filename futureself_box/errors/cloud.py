"""Of the copy in the household's Supabase project."""

from futureself_box.errors.family import BoxError


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
