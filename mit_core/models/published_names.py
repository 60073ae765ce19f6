"""Names of MakeItTalk's published files. No import: the workflow asks too."""

CONTENT = "ckpt_content_branch.pth"
SPEAKER = "ckpt_speaker_branch.pth"
AUTOVC = "ckpt_autovc.pth"
TRANSLATION = "ckpt_116_i2i_comb.pth"

STANDARD_FACE = "STD_FACE_LANDMARKS.txt"
AUTOVC_SCALING = "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt"
TARGET_VOICE = "obama_emb.txt"

# Key of the section published -> what its folder must hold.
PUBLISHED_FILES = {
    "checkpoints": (CONTENT, SPEAKER, AUTOVC),
    "constants": (STANDARD_FACE, AUTOVC_SCALING, TARGET_VOICE),
}
