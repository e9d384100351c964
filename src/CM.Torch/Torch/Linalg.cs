using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Decompositions, inverses and norms.</summary>
    public static partial class linalg
    {
        public static Tensor cholesky(Tensor input) => cm_linalg_cholesky(input);
        public static Tensor det(Tensor input) => cm_det(input);
        public static Tensor inv(Tensor input) => cm_linalg_inv(input);
        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            atol is null ? cm_pinverse(input, rtol ?? 1e-15, hermitian) : throw new NotSupportedException("linalg.pinv with an absolute tolerance is not supported by CM.Torch; give rtol.");
        public static Tensor solve(Tensor A, Tensor B, bool left = true) => cm_linalg_solve(A, B, left);

        public static Tensor solve_triangular(Tensor A, Tensor B, bool upper, bool left = true, bool unitriangular = false, Tensor? @out = null) =>
            Tensor.Into(@out, cm_linalg_solve_triangular(A, B, upper, left, unitriangular));

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            cm_linalg_qr(input, mode.ToString().ToLowerInvariant(), out var q, out var r).Check();
            return (q, r);
        }

        public static (Tensor sign, Tensor logabsdet) slogdet(Tensor input)
        {
            cm_linalg_slogdet(input, out var sign, out var logarithm).Check();
            return (sign, logarithm);
        }

        /// <summary>Eigenvalues (ascending) and eigenvectors of a symmetric matrix.</summary>
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L')
        {
            cm_linalg_eigh(input, UPLO.ToString(), out var values, out var vectors).Check();
            return (values, vectors);
        }

        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => cm_linalg_eigvalsh(input, UPLO.ToString());

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            cm_linalg_svd(input, fullMatrices, out var u, out var s, out var vh).Check();
            return (u, s, vh);
        }

        public static Tensor svdvals(Tensor input) => cm_linalg_svdvals(input);

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) => cm_linalg_vector_norm(input, ord, dims, dims?.Length ?? 0, dims is null, keepdim);
        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) => cm_linalg_matrix_norm_named(input, ord, dims ?? [-2, -1], (dims ?? [-2, -1]).Length, keepdim);
        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => cm_linalg_matrix_norm(input, ord, dims ?? [-2, -1], (dims ?? [-2, -1]).Length, keepdim);
        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) => cm_linalg_norm_named(input, ord, dims, dims?.Length ?? 0, dims is null, keepdim);
        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => cm_linalg_norm(input, ord, dims, dims?.Length ?? 0, dims is null, keepdim);
        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => cm_linalg_norm(input, (double)ord, dims, dims?.Length ?? 0, dims is null, keepdim);
        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => cm_linalg_norm(input, (Scalar?)null, dims, dims?.Length ?? 0, dims is null, keepdim);
    }

    /// <summary>Functions of statistics and physics.</summary>
    public static partial class special
    {
        public static Tensor digamma(Tensor input) => input.digamma();
        public static Tensor entr(Tensor input) => cm_special_entr(input);
        public static Tensor erf(Tensor input) => input.erf();
        public static Tensor erfc(Tensor input) => input.erfc();
        public static Tensor erfcx(Tensor input) => cm_special_erfcx(input);
        public static Tensor erfinv(Tensor input) => input.erfinv();
        public static Tensor exp2(Tensor input) => input.exp2();
        public static Tensor expit(Tensor input) => input.sigmoid();
        public static Tensor expm1(Tensor input) => input.expm1();
        public static Tensor gammaln(Tensor input) => input.lgamma();
        public static Tensor i0(Tensor input) => input.i0();
        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => input.log_softmax(dim, dtype);
        public static Tensor ndtr(Tensor input) => cm_special_ndtr(input);
        public static Tensor ndtri(Tensor input) => cm_special_ndtri(input);
        public static Tensor psi(Tensor input) => input.digamma();
        public static Tensor sigmoid(Tensor input) => input.sigmoid();
        public static Tensor sinc(Tensor input) => input.sinc();
        public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
    }
}
