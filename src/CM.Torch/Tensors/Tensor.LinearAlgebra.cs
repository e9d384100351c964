using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Products.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => cm_matmul(this, target);
        public Tensor mm(Tensor target) => cm_mm(this, target);
        public Tensor bmm(Tensor batch2) => cm_bmm(this, batch2);
        public Tensor mv(Tensor target) => cm_mv(this, target);
        public Tensor dot(Tensor target) => cm_dot(this, target);
        public Tensor outer(Tensor vec2) => cm_outer(this, vec2);
        public Tensor inner(Tensor vec2) => cm_inner(this, vec2);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f) => cm_addmm(this, mat1, mat2, beta, alpha);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1f, float alpha = 1f) => cm_addmm_(this, mat1, mat2, beta, alpha).Of(this);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f) => cm_addmv(this, mat, vec, beta, alpha);
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f) => cm_addmv_(this, mat, vec, beta, alpha).Of(this);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) => cm_baddbmm(this, batch1, batch2, beta, alpha);
        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => cm_tensordot(this, b, dims1, dims1.Length, dims2, dims2.Length);
        public Tensor tensordot(Tensor b, (long, long)[] dims) => tensordot(b, [.. dims.Select(pair => pair.Item1)], [.. dims.Select(pair => pair.Item2)]);
        public Tensor tensordot(Tensor b, long dims = 2) => tensordot(b, [.. Enumerable.Range(0, (int)dims).Select(i => ndim - dims + i)], [.. Enumerable.Range(0, (int)dims).Select(i => (long)i)]);
        public Tensor kron(Tensor other) => cm_kron(this, other);
        public Tensor matrix_power(int n) => cm_matrix_power(this, n);
        public Tensor det() => cm_det(this);
        public Tensor inverse() => cm_inverse(this);
        public Tensor pinverse(double rcond = 1E-15, bool hermitian = false) => cm_pinverse(this, rcond, hermitian);
    }

    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);
    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);
    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);
    public static Tensor mv(Tensor input, Tensor target) => input.mv(target);
    public static Tensor dot(Tensor input, Tensor other) => input.dot(other);
    public static Tensor outer(Tensor input, Tensor vec2) => input.outer(vec2);
    public static Tensor inner(Tensor input, Tensor vec2) => input.inner(vec2);
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm(mat1, mat2, beta, alpha);
    public static Tensor addmm_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm_(mat1, mat2, beta, alpha);
    public static Tensor addmv(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmv(mat1, mat2, beta, alpha);
    public static Tensor addmv_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmv_(mat1, mat2, beta, alpha);
    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) => input.baddbmm(batch1, batch2, beta, alpha);
    public static Tensor tensordot(Tensor a, Tensor b, long dims = 2) => a.tensordot(b, dims);
    public static Tensor tensordot(Tensor a, Tensor b, long[] dims1, long[] dims2) => a.tensordot(b, dims1, dims2);
    public static Tensor tensordot(Tensor a, Tensor b, (long, long)[] dims) => a.tensordot(b, dims);
    public static Tensor kron(Tensor input, Tensor other) => input.kron(other);
    public static Tensor matrix_power(Tensor input, int n) => input.matrix_power(n);
    public static Tensor det(Tensor input) => input.det();
    public static Tensor inverse(Tensor input) => input.inverse();
    public static Tensor pinverse(Tensor input, double rcond = 1E-15, bool hermitian = false) => input.pinverse(rcond, hermitian);
    public static Tensor cdist(Tensor x1, Tensor x2, double p = 2, compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) => cm_cdist(x1, x2, p, (long)compute_mode);
    public static (Tensor, Tensor) slogdet(Tensor A) => linalg.slogdet(A);
}
