"""The future memory: a life that could follow from a member's answers, imagined by the model.

The plan of it is made in code, so that years and ages add up (outline.py); the model fills in one
sentence for each place of the plan, under a JSON schema (asking.py). Every sentence is checked against
the answers (checks.py, people.py), mended where that is safe (mending.py), else asked for once more,
and in the end taken from a list (plain_lines). So whatever the model, the life is whole and true
to the answers. It is imagined, and shown as that.
"""
