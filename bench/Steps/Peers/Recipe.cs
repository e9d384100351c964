using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Bench.Peers;

/// <summary>
/// A training step of ECT (Geng et al. 2024) as hand-written TorchSharp, a transliteration of bench/peers/consistency.py: modules,
/// optimiser and clipping are TorchSharp's own, the average is a loop over parameters, and a step has one scope that frees its tensors.
/// RAdam of 0.107 multiplies by the learning rate twice once it rectifies, which changes the weights, not the time.
/// </summary>
/// <param name="network">A new network.</param>
/// <param name="c">The constant of the pseudo-Huber loss.</param>
/// <param name="decay">The decay of the average.</param>
/// <param name="rate">The learning rate.</param>
internal class Recipe(Func<Conditioned> network, double c, double decay, double rate)
{
    private const double SigmaData = 0.5;

    /// <summary>Steps of the sampler, which is then timed instead of the training; 0 where it is not.</summary>
    public int SamplingSteps { get; init; }

    /// <summary>Whether clipping, optimiser and average alone are timed.</summary>
    public bool UpdateOnly { get; init; }

    /// <summary>A new encoder, which is trained beside the network; null where there is none.</summary>
    protected virtual Encoder? NewEncoder() => null;

    /// <summary>The bound of the gradients' norm; null where they are taken as they are.</summary>
    protected virtual double? Clip => null;

    /// <summary>Whether the losses get a copy of the initial network instead of the average.</summary>
    protected virtual bool NeedsInitialNetwork => false;

    /// <summary>The constant of the pseudo-Huber loss.</summary>
    protected double C => c;

    /// <summary>Times steps.</summary>
    public Side Time(Workload workload, int threads)
    {
        set_num_threads(threads);
        manual_seed(1);
        var batches = Enumerable.Range(0, 16).Select(_ => rand(workload.Shape) * 2 - 1).ToArray();
        var clock = new Clock();
        using var model = NewModel();
        using var average = Copy(model);
        using var initial = NeedsInitialNetwork ? Copy(model) : null;
        using var optimizer = optim.RAdam(model.parameters(), rate);
        // lerp_ takes no Scalar.
        using var weight = tensor((float)(1 - decay));
        if (UpdateOnly)
        {
            foreach (var parameter in model.parameters())
                parameter.grad = randn_like(parameter);
        }

        model.train(SamplingSteps == 0);
        return clock.Measure(workload, step =>
        {
            using var scope = NewDisposeScope();
            var batch = batches[step % batches.Length];
            if (SamplingSteps > 0)
            {
                Sample(model.Network, batch);
                return 0;
            }

            var loss = zeros(1);
            if (!UpdateOnly)
            {
                loss = MeanLoss(model, (initial ?? average).Network, batch);
                model.zero_grad();
                loss.backward();
            }

            if (Clip is not null || UpdateOnly)
                nn.utils.clip_grad_norm_(model.parameters(), Clip ?? 200);
            optimizer.step();
            using (no_grad())
            {
                foreach (var (mean, parameter) in average.parameters().Zip(model.parameters()))
                    mean.lerp_(parameter, weight);
            }

            return loss.item<float>();
        });
    }

    /// <summary>The mean of losses or samples for given weights and inputs.</summary>
    public Side Check(string path)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var given = new CheckFile(path);
        using var model = NewModel();
        model.eval();
        Load(model, given);
        using var average = Copy(model);
        foreach (var parameter in average.parameters())
            parameter.mul_(0.9);
        var result = SamplingSteps > 0 ? Sample(model.Network, given.Noise) : Losses(model, average.Network, given);
        return new(0, 0, result.to(float64).mean().item<double>());
    }

    /// <summary>The loss of a step, which draws times and noise.</summary>
    protected virtual Tensor MeanLoss(Trained model, Conditioned other, Tensor data)
    {
        var t = (randn(data.shape[0]) * 2.0 - 1.1).exp();
        return Losses(model.Network, data, randn_like(data), t, TeacherTime(t, 0)).mean();
    }

    /// <summary>Losses for given times and noise.</summary>
    protected virtual Tensor Losses(Trained model, Conditioned other, CheckFile given) =>
        Losses(model.Network, given.Data, given.Noise, given.T, given.R);

    /// <summary>The losses of samples. The teacher sees the student's dropout masks.</summary>
    protected Tensor Losses(Conditioned network, Tensor data, Tensor noise, Tensor t, Tensor r)
    {
        var state = get_rng_state();
        var output = Denoise(network, data + Column(t, data) * noise, t);
        Tensor target;
        using (no_grad())
        {
            set_rng_state(state);
            target = (r > 0).any().item<bool>() ? Denoise(network, data + Column(r, data) * noise, r) : data;
            target = where(Column(r > 0, data), target.nan_to_num(), data);
        }

        return PseudoHuber(output, target) / (t - r);
    }

    /// <summary>The pseudo-Huber distances of samples.</summary>
    protected Tensor PseudoHuber(Tensor output, Tensor target) => ((output - target).flatten(1).square().sum(1) + c * c).sqrt() - c;

    /// <summary>The teacher's times in a stage.</summary>
    protected static Tensor TeacherTime(Tensor t, int stage) => (t - t * Math.Pow(2, -(stage + 1)) * (1 + 8 * (-t).sigmoid())).clamp(min: 0);

    /// <summary>EDM's preconditioning (Karras et al. 2022, table 1), or the one that leaves x as it is at the least time.</summary>
    protected static Tensor Denoise(Conditioned network, Tensor x, Tensor t, double least = 0)
    {
        var s = Column(t, x);
        var variance = s.square() + SigmaData * SigmaData;
        var skip = SigmaData * SigmaData / ((s - least).square() + SigmaData * SigmaData);
        var scale = (s - least) * SigmaData / variance.sqrt();
        return skip * x + scale * network.call(x / variance.sqrt(), t.log() / 4);
    }

    /// <summary>A value of each sample, for multiplication with all of the sample's values.</summary>
    protected static Tensor Column(Tensor values, Tensor x) => values.reshape([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 1)]);

    private Tensor Sample(Conditioned network, Tensor noise)
    {
        using var frozen = no_grad();
        var x = Denoise(network, 80 * noise, full(noise.shape[0], 80.0, float32));
        foreach (var t in new[] { 0.821 }.Take(SamplingSteps - 1))
            x = Denoise(network, x + t * noise, full(noise.shape[0], t, float32));
        return x;
    }

    // Names are ours but for their case and the roots of networks.
    private static void Load(Trained model, CheckFile given)
    {
        var own = model.state_dict().ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in given.Weights)
        {
            const string encoder = "Encode.";
            var inside = name.StartsWith(encoder, StringComparison.Ordinal) ? "encoder.model." + name[encoder.Length..] : "network." + name;
            if (!own.Remove(inside.Replace("Model.", "", StringComparison.Ordinal), out var tensor))
                throw new InvalidOperationException($"TorchSharp's side has no weight {name}");
            tensor.copy_(value);
        }

        if (own.Count > 0)
            throw new InvalidOperationException($"our side has no weights {string.Join(", ", own.Keys)}");
    }

    private Trained NewModel() => new(network(), NewEncoder());

    private Trained Copy(Trained model)
    {
        var copy = NewModel();
        copy.load_state_dict(model.state_dict());
        copy.train(model.training);
        return copy;
    }
}

/// <summary>A network and what is trained beside it.</summary>
internal sealed class Trained : Module
{
    private readonly Conditioned network;
    private readonly Encoder? encoder;

    public Trained(Conditioned network, Encoder? encoder)
        : base(nameof(Trained))
    {
        this.network = network;
        this.encoder = encoder;
        RegisterComponents();
    }

    public Conditioned Network => network;

    public Encoder Encoder => encoder ?? throw new InvalidOperationException("The recipe has no encoder.");
}
