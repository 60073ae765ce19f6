"""One module a stage of preparation: it takes the last stage's index and writes its own.

Stages run in different environments, so each imports only the rooms that it works with.
"""
