// The ops whose kernels agreement_tests.cc compares, with their operands.
#pragma once
#include "../kernels/table.h"

namespace steepest {

/**
 * The operands of a kind of op in order, one letter each, for a mini-batch of R rows and C columns
 * out of a table of 2R rows:
 * b R×C · p R×C between 0 and 1 · v 1×C · l 1×R labels · s R×1 · t 2R×C · u 2R×C bytes ·
 * i 1×2R row numbers · I 1×2R int32 · 3 R×3C · d 1×C float64 · U 1×6C float64 · q 1×⌈R/16⌉ ·
 * x C×R · S ⌈R/16⌉×2C sums · T 1×2C · m R×2 · - absent
 * In float64, with K outputs:
 * X 2R×C · W K×C · B 1×K · Z K×R · 1 1×R · y 1×R between 0 and 1 · j K×2R between 0 and 1 ·
 * w 1×2R between 0 and 1; and L 1×2R labels below K
 * In float64 too, with N = 8⌈(C + 2)/8⌉:
 * Y 2R×1 · K R×N · Q N×N · N (2N + 5)×N · P N×C · V 1×C · M 2×(C+1) · D 1×1
 */
struct Spec {
  /** Those of gemm and of images have tests of their own. test/architecture/native.test.ts looks for every kind. */
  OpKind kind;
  const char* operands;
};

constexpr Spec kSpecs[] = {
    {OpKind::GatherRows, "tib"},
    {OpKind::GatherRows, "uib"},
    {OpKind::GatherRows, "t-b"},
    {OpKind::GatherLabels, "Iil"},
    {OpKind::BiasGradient, "bv"},
    {OpKind::Activation, "bb"},
    {OpKind::ActivationBackward, "bbb"},
    {OpKind::ScaleShift, "bb"},
    {OpKind::Dropout, "bb"},
    {OpKind::Softmax, "bb"},
    {OpKind::SoftmaxBackward, "bpb"},
    {OpKind::SoftmaxCrossEntropy, "bl-bbs"},
    {OpKind::SoftmaxCrossEntropy, "b-pbbs"},
    {OpKind::SigmoidCrossEntropy, "bpbbs"},
    {OpKind::CategoricalCrossEntropy, "pl-bs"},
    {OpKind::CategoricalCrossEntropy, "p-pbs"},
    {OpKind::BinaryCrossEntropy, "ppbs"},
    {OpKind::MeanSquaredError, "bbbs"},
    {OpKind::MeanAbsoluteError, "bbbs"},
    {OpKind::Huber, "bbbs"},
    {OpKind::ElementLoss, "bpbs"},
    {OpKind::BinaryFocal, "ppbbs"},
    {OpKind::CategoricalFocal, "ppbbs"},
    {OpKind::CategoricalHinge, "bpbs"},
    {OpKind::CosineSimilarity, "bbbs"},
    {OpKind::OneHot, "lb"},
    {OpKind::ArgmaxAccuracy, "bl-s"},
    {OpKind::ArgmaxAccuracy, "b-ps"},
    {OpKind::TopK, "bl-s"},
    {OpKind::TopK, "b-ps"},
    {OpKind::WeighColumns, "sb"},
    {OpKind::Tally, "pl-sU"},
    {OpKind::Tally, "p-psU"},
    {OpKind::Tally, "p-p-U"},
    {OpKind::ThresholdAccuracy, "bps"},
    {OpKind::R2Terms, "bbv3"},
    {OpKind::WeightRows, "sbs"},
    {OpKind::WeightRows, "s-s"},
    {OpKind::RowSums, "bvd"},
    {OpKind::Penalty, "bq"},
    {OpKind::AddGradient, "bb"},
    {OpKind::AccumulateGradient, "bb"},
    {OpKind::FinishGradient, "bbb1"},
    {OpKind::FinishGradient, "bb--"},
    {OpKind::ClipFactor, "dD"},
    {OpKind::ScaleGradient, "bD"},
    {OpKind::Constrain, "bx"},
    {OpKind::TransposeRows, "bx"},
    {OpKind::Average, "bb"},
    {OpKind::Sgd, "bxb"},
    {OpKind::Momentum, "bxbb"},
    {OpKind::Lion, "bxbb"},
    {OpKind::Rmsprop, "bxbp"},
    {OpKind::Rmsprop, "bxbpb"},
    {OpKind::Rmsprop, "bxbp-b"},
    {OpKind::Rmsprop, "bxbpbb"},
    {OpKind::Adadelta, "bxbpp"},
    {OpKind::Adam, "bxbbp"},
    {OpKind::Adam, "b-bbp"},
    {OpKind::Adam, "bxbbpp"},
    {OpKind::Adamax, "bxbbp"},
    {OpKind::CopyRows, "bt"},
    {OpKind::Shuffle, "i"},
    {OpKind::LinearScores, "XWBZ"},
    {OpKind::LinearScores, "tWBZ"},
    {OpKind::LinearScores, "uWBZ"},
    {OpKind::LogisticLoss, "ZLwjZd"},
    {OpKind::LogisticLoss, "1L--1d"},
    {OpKind::LinearGradient, "XZWB"},
    {OpKind::LinearGradient, "tZWB"},
    {OpKind::LinearGradient, "uZWB"},
    {OpKind::LogLinkLoss, "1www-1d"},
    {OpKind::LogLinkLoss, "1w--w1d"},
    {OpKind::CurvatureProduct, "ZjwZ"},
    {OpKind::CurvatureProduct, "1w-1"},
    {OpKind::CurvatureFactors, "jww"},
    {OpKind::CurvatureFactors, "j-w"},
    {OpKind::Gram, "KQ"},
    {OpKind::GatherDesign, "tY-K-"},
    {OpKind::GatherDesign, "uYwK-"},
    {OpKind::GatherDesign, "X-wK-"},
    {OpKind::GatherDesign, "tY-KF"},
    {OpKind::GatherDesign, "XYwKF"},
    {OpKind::QrFold, "KQ"},
    {OpKind::NormalFold, "XYwFKQN"},
    {OpKind::NormalFold, "tY--KQN"},
    {OpKind::TriangularSolve, "QP"},
    {OpKind::JacobiRows, "K-D"},
    {OpKind::JacobiRows, "KKD"},
    {OpKind::NormalResidual, "XY-VDM"},
    {OpKind::NormalResidual, "uYwVDM"},
    {OpKind::GroupMoments, "b-S"},
    {OpKind::GroupMoments, "bbS"},
    {OpKind::MergeMoments, "ST"},
    {OpKind::MovingMoments, "Svv"},
    {OpKind::FrozenMoments, "vvT"},
    {OpKind::Normalize, "bTvvb"},
    {OpKind::Normalize, "bT--b"},
    {OpKind::MergeGradientMeans, "STT"},
    {OpKind::NormalizeBackward, "bbTTvb"},
    {OpKind::NormGradients, "STvv"},
    {OpKind::NormGradients, "S-vv"},
    {OpKind::FoldNorm, "bvvvvvbv"},
    {OpKind::FoldNorm, "b-vv--bv"},
    {OpKind::LayerNorm, "bvvbm"},
    {OpKind::LayerNorm, "b--b-"},
    {OpKind::LayerNormBackward, "bbmvbS"},
    {OpKind::LayerNormBackward, "bbm-b-"},
    {OpKind::Prelu, "bbvb-"},
    {OpKind::Prelu, "bbvbb"},
};

}  // namespace steepest
