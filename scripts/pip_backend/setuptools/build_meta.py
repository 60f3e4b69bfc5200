# SPDX-License-Identifier: Apache-2.0
"""A build backend that runs nothing of the package it is asked about.

`pip download` asks a source archive for its metadata by running its setup.py, even where the
archive is only to be kept. With this folder on PYTHONPATH pip calls the hooks below instead, and
they copy the PKG-INFO file that every source archive carries.
"""

import email
import pathlib
import shutil


class _MetadataOnly:
    def get_requires_for_build_wheel(self, config_settings=None):
        return []

    def prepare_metadata_for_build_wheel(self, metadata_directory, config_settings=None):
        with open("PKG-INFO", encoding="utf-8") as information:
            headers = email.message_from_file(information)
        name = headers["Name"].replace("-", "_")
        folder = pathlib.Path(metadata_directory) / f"{name}-{headers['Version']}.dist-info"
        folder.mkdir()
        shutil.copyfile("PKG-INFO", folder / "METADATA")
        return folder.name


# The name by which pip calls the backend of a package that names none.
__legacy__ = _MetadataOnly()
