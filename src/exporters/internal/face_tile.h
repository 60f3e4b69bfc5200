// SPDX-License-Identifier: Apache-2.0
// A face with its surroundings, cut out of its picture for a contact sheet.
#pragma once

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/stop.h"
#include "govern/budget.h"
#include "sources/source.h"
#include "sources/source_reader.h"

namespace albumen {

class LongtailDecoder;

/// Which face of which picture.
struct FaceInPicture {
  const SourceEntry& entry;
  Rect box;  ///< upright original pixels
  LongtailDecoder* longtail = nullptr;
};

/// Fills `tile` (RGB) with the square around the face: reads it, decodes it at the scale that the
/// tile needs, samples it. Waits for its memory in `budget`. REQUIRES: the caller holds none of
/// `budget` that others may wait for.
Result<void> draw_face(MutableImageView tile, const FaceInPicture& face, SourceReader& reader,
                       Budget& budget, const StopToken& stop);

}  // namespace albumen
