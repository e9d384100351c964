namespace CM.Runtime;

public abstract partial class ConsistencyTrainer<TModel>
{
    // Chunk of samples that a CPU works on together; 21 colour images of 32×32.
    private const long ElementsAtOnce = 1 << 16;

    /// <summary>f(x, t) while sampling.</summary>
    /// <inheritdoc cref="Denoise(TModel, Tensor, Tensor, Tensor?)"/>
    protected virtual Tensor DenoiseWhenSampling(TModel model, Tensor x, Tensor t, Tensor? labels) => Denoise(model, x, t, labels);

    /// <summary>The noise that the coupling makes for a sample.</summary>
    /// <param name="weights">The sampled weights.</param>
    /// <param name="x">Samples, <c>[n, …]</c>.</param>
    /// <param name="noise">Noise of the same shape, standard normal.</param>
    /// <param name="t">Times, <c>[n]</c>, float64.</param>
    /// <param name="labels">One-hot, <c>[n, classes]</c>, float32; null where the experiment takes none.</param>
    protected virtual Tensor CoupledNoise(ParameterStore weights, Tensor x, Tensor noise, Tensor t, Tensor? labels) =>
        Assignment is { } assign ? assign(x, noise) : noise;

    /// <inheritdoc/>
    public override Tensor Denoise(ParameterStore weights, Tensor data, Tensor noise, double time, Tensor? labels = null)
    {
        RequireLabels(labels);
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        var t = Same(time, data);
        return DenoiseInChunks(Sampled(weights), Noisy(data, noise, t), t, labels).MoveToOuterDisposeScope();
    }

    /// <summary>One pass of a consistency model a time, with noise put back in between (Song et al. 2023, algorithm 1).</summary>
    /// <param name="weights">Usually the best ones.</param>
    /// <param name="noise">For each time <c>[n, …]</c>; where there are fewer, sampling ends after as many times.</param>
    /// <param name="labels">One-hot, <c>[n, classes]</c>, float32; null where the experiment takes none.</param>
    /// <param name="times">Falling times, one or more.</param>
    /// <param name="sameNoise">True when all times behind the first share their noise.</param>
    /// <returns>Samples, <c>[n, …]</c>.</returns>
    protected Tensor SampleMultistep(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels, SampleTime[] times, bool sameNoise = false)
    {
        RequireLabels(labels);
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        var model = Sampled(weights);
        var x = DenoiseInChunks(model, times[0].Noise * noise[0], Same(times[0].Time, noise[0]), labels);
        for (var i = 1; i < times.Length && i < noise.Count; i++)
        {
            var t = Same(times[i].Time, x);
            var z = CoupledNoise(weights, x, noise[sameNoise ? 1 : i], t, labels);
            x = DenoiseInChunks(model, (times[i].Alpha == 1 ? x : times[i].Alpha * x) + times[i].Noise * z, t, labels);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Heun's method along dx/dσ = (x − f(x, σ))/σ: from one time to the next with the mean of the slopes at both (Karras et al. 2022,
    /// algorithm 1).
    /// </summary>
    /// <param name="weights">Usually the best ones.</param>
    /// <param name="noise">One tensor, <c>[n, …]</c>.</param>
    /// <param name="labels">One-hot, <c>[n, classes]</c>, float32; null where the experiment takes none.</param>
    /// <param name="times">Falling times, the last of them 0.</param>
    /// <returns>Samples, <c>[n, …]</c>.</returns>
    protected Tensor SampleHeun(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels, double[] times)
    {
        RequireLabels(labels);
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        var model = Sampled(weights);
        var x = times[0] * noise[0];
        for (var i = 0; i + 1 < times.Length; i++)
        {
            using var inner = NewDisposeScope();
            var (time, next) = (times[i], times[i + 1]);
            var slope = (x - DenoiseInChunks(model, x, Same(time, x), labels)) / time;
            if (next > 0)
            {
                var ahead = x + (next - time) * slope;
                slope = 0.5 * (slope + (ahead - DenoiseInChunks(model, ahead, Same(next, x), labels)) / next);
            }

            x = (x + (next - time) * slope).MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
    }

    private static Tensor Same(double time, Tensor samples) => full(samples.shape[0], time, dtype: float64, device: samples.device);

    private TModel Sampled(ParameterStore weights)
    {
        var model = BuildModel(weights);
        model.eval();
        return model;
    }

    // On a CPU some samples after the others: the tensors that a network holds while it computes take less memory, and stay in the cache. A
    // function of one's own in the network sees that many samples at a time.
    private Tensor DenoiseInChunks(TModel model, Tensor x, Tensor t, Tensor? labels)
    {
        var (all, most) = (x.size(0), long.MaxValue);
        if (x.device.type == DeviceType.CPU)
            most = Math.Max(get_num_threads(), ElementsAtOnce * all / Math.Max(1, x.numel()));
        using var _ = NewDisposeScope();
        if (all <= most)
            return DenoiseWhenSampling(model, x, t, labels).MoveToOuterDisposeScope();
        var chunks = new Tensor[(all + most - 1) / most];
        var each = (all + chunks.Length - 1) / chunks.Length;
        for (var i = 0; i < chunks.Length; i++)
        {
            using var inner = NewDisposeScope();
            var (first, count) = (i * each, Math.Min(each, all - i * each));
            chunks[i] = DenoiseWhenSampling(model, x.narrow(0, first, count), t.narrow(0, first, count), labels?.narrow(0, first, count)).MoveToOuterDisposeScope();
        }

        return cat(chunks, 0).MoveToOuterDisposeScope();
    }
}
