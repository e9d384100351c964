using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Tensor cm_matmul(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_mm(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_bmm(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_mv(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_dot(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_outer(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_inner(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_addmm(Tensor self, Tensor mat1, Tensor mat2, double beta, double alpha);
    [LibraryImport(Library)] internal static partial Done cm_addmm_(Tensor self, Tensor mat1, Tensor mat2, double beta, double alpha);
    [LibraryImport(Library)] internal static partial Tensor cm_addmv(Tensor self, Tensor mat, Tensor vec, double beta, double alpha);
    [LibraryImport(Library)] internal static partial Done cm_addmv_(Tensor self, Tensor mat, Tensor vec, double beta, double alpha);
    [LibraryImport(Library)] internal static partial Tensor cm_baddbmm(Tensor self, Tensor batch1, Tensor batch2, double beta, double alpha);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Tensor cm_einsum(string equation, ReadOnlySpan<nint> tensors, long tensorsCount);
    [LibraryImport(Library)] internal static partial Tensor cm_tensordot(Tensor self, Tensor other, ReadOnlySpan<long> dims1, long dims1Count, ReadOnlySpan<long> dims2, long dims2Count);
    [LibraryImport(Library)] internal static partial Tensor cm_kron(Tensor self, Tensor other);
    [LibraryImport(Library)] internal static partial Tensor cm_cdist(Tensor self, Tensor other, double p, long mode);
    [LibraryImport(Library)] internal static partial Tensor cm_matrix_power(Tensor self, long n);
    [LibraryImport(Library)] internal static partial Tensor cm_det(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_inverse(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_pinverse(Tensor self, double rcond, Flag hermitian);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_cholesky(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_inv(Tensor self);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Done cm_linalg_qr(Tensor self, string mode, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Done cm_linalg_slogdet(Tensor self, out Tensor first, out Tensor second);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Done cm_linalg_eigh(Tensor self, string uplo, out Tensor first, out Tensor second);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Tensor cm_linalg_eigvalsh(Tensor self, string uplo);
    [LibraryImport(Library)] internal static partial Done cm_linalg_svd(Tensor self, Flag full, out Tensor first, out Tensor second, out Tensor third);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_svdvals(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_solve(Tensor self, Tensor other, Flag left);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_solve_triangular(Tensor self, Tensor other, Flag upper, Flag left, Flag unitriangular);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_norm(Tensor self, Number order, ReadOnlySpan<long> dims, long dimsCount, Flag all, Flag keepdim);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Tensor cm_linalg_norm_named(Tensor self, string order, ReadOnlySpan<long> dims, long dimsCount, Flag all, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_vector_norm(Tensor self, double order, ReadOnlySpan<long> dims, long dimsCount, Flag all, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_linalg_matrix_norm(Tensor self, double order, ReadOnlySpan<long> dims, long dimsCount, Flag keepdim);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Tensor cm_linalg_matrix_norm_named(Tensor self, string order, ReadOnlySpan<long> dims, long dimsCount, Flag keepdim);
}
