"""The edge: decode, authorise, call one function, encode. No decisions here."""
