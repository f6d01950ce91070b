"""Of models: the engine, its weights, and a server that answers in its place."""

from futureself_box.errors.family import BoxError


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
