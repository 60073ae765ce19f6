"""MakeItTalk as a library: one portrait plus speech gives a talking head.

Each sub-package is one room of the method (media, faces, speech, corpus, models, training,
animation, rendering, evaluation); importing one never needs another room's packages, and this
file imports nothing, because every Snakemake job pays for what stands here.
"""

__version__ = "0.1.0"
