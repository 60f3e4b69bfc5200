# SPDX-License-Identifier: Apache-2.0
"""Parts of compose_sets.py: heads to paste, photographs to paste them on, files to write."""
