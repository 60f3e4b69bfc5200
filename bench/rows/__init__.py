# SPDX-License-Identifier: Apache-2.0
"""One file for each group of rows; each says what it measures and what must be reached."""
