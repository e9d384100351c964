using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>
/// Minibatch optimal transport (Pooladian et al. 2023; Tong et al. 2023): noise in the order that lies closest to the data.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class OptimalTransport
{
    /// <summary>The largest batch that is matched exactly.</summary>
    private const int Exact = 512;

    private const int Iterations = 60;
    private const double Blur = 0.01;

    /// <summary>
    /// Gives each data point its noise so that Σ ‖x − z‖² over the pairs of a batch is small. Up to 512 pairs this is the best permutation,
    /// found on the host. Beyond, each data point draws its noise from an entropic plan (Sinkhorn; Cuturi 2013), found on the device, so
    /// that some noise comes twice and some not at all; the draw is libtorch's, whose generator a training step and a sampler seed.
    /// </summary>
    /// <param name="data">Data, <c>[B, …]</c>.</param>
    /// <param name="noise">Noise of the same shape.</param>
    /// <returns>The noise of each data point.</returns>
    public static Tensor Match(Tensor data, Tensor noise)
    {
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        return noise.index_select(0, data.shape[0] <= Exact ? Permutation(data, noise) : Draw(data, noise)).MoveToOuterDisposeScope();
    }

    private static Tensor Permutation(Tensor data, Tensor noise)
    {
        var costs = MemoryMarshal.Cast<byte, double>(Costs(data, noise).cpu().contiguous().bytes);
        return tensor(Array.ConvertAll(Assignment.Solve(costs, (int)data.shape[0]), index => (long)index), device: noise.device);
    }

    // ln P = (f + g − cost)/blur, with potentials f and g that make all rows and columns of P sum to 1, in turns; the
    // blur falls on the way.
    private static Tensor Draw(Tensor data, Tensor noise)
    {
        var costs = Costs(data, noise);
        costs /= costs.std();
        var rows = zeros_like(costs.select(1, 0));
        var columns = rows;
        var blur = 1.0;
        for (var i = 0; i < Iterations; i++)
        {
            using var scope = NewDisposeScope();
            blur = Math.Max(Blur, 0.9 * blur);
            columns = (-blur * ((rows.unsqueeze(1) - costs) / blur).logsumexp(0)).MoveToOuterDisposeScope();
            rows = (-blur * ((columns - costs) / blur).logsumexp(1)).MoveToOuterDisposeScope();
        }

        return ((columns + rows.unsqueeze(1) - costs) / blur).exp().multinomial(1).view(-1);
    }

    // ‖x‖² and ‖z‖² are the same for every assignment, so −⟨x, z⟩ decides.
    private static Tensor Costs(Tensor data, Tensor noise) => -data.flatten(1).to(float64).matmul(noise.flatten(1).to(float64).t());
}
