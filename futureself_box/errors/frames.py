"""Of frames and requests: what a phone or a terminal says, and how the box answers it."""

from futureself_box.errors.family import BoxError


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
