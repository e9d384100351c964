using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>Minibatch optimal transport (Pooladian et al. 2023; Tong et al. 2023): noise in the order that lies closest to the data.</summary>
public static class OptimalTransport
{
    /// <summary>Permutes noise so that Σ ‖x − z‖² over the pairs of a batch is as small as it can be; exact, O(B³), on the host.</summary>
    /// <param name="data">Data, <c>[B, …]</c>.</param>
    /// <param name="noise">Noise of the same shape.</param>
    /// <returns>The noise, permuted.</returns>
    public static Tensor Match(Tensor data, Tensor noise)
    {
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        var assignment = tensor(Array.ConvertAll(Assignment.Solve(Costs(data, noise), (int)data.shape[0]), index => (long)index), device: noise.device);
        return noise.index_select(0, assignment).MoveToOuterDisposeScope();
    }

    // ‖x‖² and ‖z‖² are the same for every assignment, so −⟨x, z⟩ decides.
    private static double[] Costs(Tensor data, Tensor noise)
    {
        using var _ = NewDisposeScope();
        var (x, z) = (data.flatten(1).to(float64), noise.flatten(1).to(float64));
        var costs = -x.matmul(z.t());
        return MemoryMarshal.Cast<byte, double>(costs.cpu().contiguous().bytes).ToArray();
    }
}
