"""A running summary of old conversation, for what no longer has room in a prompt.

A conversation is told in pieces of 16 messages, each by itself and in a sentence or two, in the
background and before its messages leave the prompt. A piece is what was said, never a fact about the
member: memory does not read it. It goes in the transaction that changes or erases one of its messages
(store/schema), and what is left of the piece is told anew.
"""
