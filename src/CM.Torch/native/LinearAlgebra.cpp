// Products and decompositions.
#include "Common.h"

#include <ATen/Functions.h>

static at::OptionalIntArrayRef dims_or_all(at::IntArrayRef dims, bool all) {
    return all ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(dims);
}

// 1.13 has no `left` for a solve; X·A = B is Aᵀ·Xᵀ = Bᵀ.
static at::Tensor solve(const at::Tensor& a, const at::Tensor& b, bool left) {
    return left ? at::linalg_solve(a, b) : at::linalg_solve(a.mT(), b.mT()).mT();
}

TENSOR_OP(matmul, (TensorArg self, TensorArg other), at::matmul(self, other))
TENSOR_OP(mm, (TensorArg self, TensorArg other), at::mm(self, other))
TENSOR_OP(bmm, (TensorArg self, TensorArg other), at::bmm(self, other))
TENSOR_OP(mv, (TensorArg self, TensorArg other), at::mv(self, other))
TENSOR_OP(dot, (TensorArg self, TensorArg other), at::dot(self, other))
TENSOR_OP(outer, (TensorArg self, TensorArg other), at::outer(self, other))
TENSOR_OP(inner, (TensorArg self, TensorArg other), at::inner(self, other))
TENSOR_OP(addmm, (TensorArg self, TensorArg mat1, TensorArg mat2, double beta, double alpha), at::addmm(self, mat1, mat2, beta, alpha))
INPLACE_OP(addmm_, (TensorArg self, TensorArg mat1, TensorArg mat2, double beta, double alpha), self->addmm_(mat1, mat2, beta, alpha))
TENSOR_OP(addmv, (TensorArg self, TensorArg mat, TensorArg vec, double beta, double alpha), at::addmv(self, mat, vec, beta, alpha))
INPLACE_OP(addmv_, (TensorArg self, TensorArg mat, TensorArg vec, double beta, double alpha), self->addmv_(mat, vec, beta, alpha))
TENSOR_OP(baddbmm, (TensorArg self, TensorArg batch1, TensorArg batch2, double beta, double alpha), at::baddbmm(self, batch1, batch2, beta, alpha))
TENSOR_OP(einsum, (const char* equation, const TensorArg* tensors_list, int64_t tensors_count), at::einsum(equation, tensors(tensors_list, tensors_count)))
TENSOR_OP(tensordot, (TensorArg self, TensorArg other, INTS(dims1), INTS(dims2)), at::tensordot(self, other, LIST(dims1), LIST(dims2)))
TENSOR_OP(kron, (TensorArg self, TensorArg other), at::kron(self, other))
TENSOR_OP(cdist, (TensorArg self, TensorArg other, double p, int64_t mode), at::cdist(self, other, p, mode))
TENSOR_OP(matrix_power, (TensorArg self, int64_t n), at::matrix_power(self, n))
TENSOR_OP(det, (TensorArg self), at::det(self))
TENSOR_OP(inverse, (TensorArg self), at::inverse(self))
TENSOR_OP(pinverse, (TensorArg self, double rcond, Flag hermitian), at::linalg_pinv(self, rcond, hermitian))
TENSOR_OP(linalg_cholesky, (TensorArg self), at::linalg_cholesky(self))
TENSOR_OP(linalg_inv, (TensorArg self), at::linalg_inv(self))
PAIR_OP(linalg_qr, (TensorArg self, const char* mode, Handle* first, Handle* second), at::linalg_qr(self, mode))
PAIR_OP(linalg_slogdet, (TensorArg self, Handle* first, Handle* second), at::linalg_slogdet(self))
PAIR_OP(linalg_eigh, (TensorArg self, const char* uplo, Handle* first, Handle* second), at::linalg_eigh(self, uplo))
TENSOR_OP(linalg_eigvalsh, (TensorArg self, const char* uplo), at::linalg_eigvalsh(self, uplo))
TRIPLE_OP(linalg_svd, (TensorArg self, Flag full, Handle* first, Handle* second, Handle* third), at::linalg_svd(self, full))
TENSOR_OP(linalg_svdvals, (TensorArg self), at::linalg_svdvals(self))
TENSOR_OP(linalg_solve, (TensorArg self, TensorArg other, Flag left), solve(self, other, left))
TENSOR_OP(linalg_solve_triangular, (TensorArg self, TensorArg other, Flag upper, Flag left, Flag unitriangular), at::linalg_solve_triangular(self, other, upper, left, unitriangular))
TENSOR_OP(linalg_norm, (TensorArg self, Number order, INTS(dims), Flag all, Flag keepdim), at::linalg_norm(self, maybe(order), dims_or_all(LIST(dims), all), keepdim))
TENSOR_OP(linalg_norm_named, (TensorArg self, const char* order, INTS(dims), Flag all, Flag keepdim), at::linalg_norm(self, order, dims_or_all(LIST(dims), all), keepdim))
TENSOR_OP(linalg_vector_norm, (TensorArg self, double order, INTS(dims), Flag all, Flag keepdim), at::linalg_vector_norm(self, order, dims_or_all(LIST(dims), all), keepdim))
TENSOR_OP(linalg_matrix_norm, (TensorArg self, double order, INTS(dims), Flag keepdim), at::linalg_matrix_norm(self, order, LIST(dims), keepdim))
TENSOR_OP(linalg_matrix_norm_named, (TensorArg self, const char* order, INTS(dims), Flag keepdim), at::linalg_matrix_norm(self, order, LIST(dims), keepdim))
