// Loss of each row, with its gradient. Formulas: the contract; each struct below is one pass over a row.
#include "loss_mean.inl"
#include "loss_softmax.inl"
#include "loss_sigmoid.inl"
#include "loss_probabilities.inl"
#include "loss_regression.inl"
#include "loss_weights.inl"
