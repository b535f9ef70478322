// Scratch memory of the kernels that need any.
#pragma once
#include "decode.h"

namespace steepest {

/** Floats of scratch memory that an op needs; where there is any, there are kWorkspaceFloats. */
int64_t scratchFloats(const DecodedOp& op);

}  // namespace steepest
