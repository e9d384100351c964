using System.Globalization;

namespace CM.Runtime;

/// <summary>
/// The folder <c>averages</c> of a run: power-function averages as they were in the course of training,
/// <c>power-0.05-step-000123.safetensors</c>, from which averages of any width can be made.
/// </summary>
internal sealed class SnapshotFolder(string path)
{
    private const string Step = "step";
    private const string Deviation = "deviation";

    /// <summary>Puts an average aside.</summary>
    /// <param name="average">The average.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="step">Steps done.</param>
    public void Save(MovingAverage average, PowerFunctionEma rule, int step)
    {
        Directory.CreateDirectory(path);
        WeightsFile.Write(Path.Combine(path, $"{rule.Name}-step-{step:D6}.safetensors"), average.Weights,
            KeyValuePair.Create(Step, step.ToString(CultureInfo.InvariantCulture)),
            KeyValuePair.Create(Deviation, rule.Deviation.ToString("R", CultureInfo.InvariantCulture)));
    }

    /// <summary>Overwrites weights with their power-function average of any width.</summary>
    /// <param name="weights">Weights of the run's network.</param>
    /// <param name="wanted">The width, and the steps done.</param>
    /// <exception cref="UserError">Too little was put aside, or something else.</exception>
    public void Reconstruct(ParameterStore weights, PostHocAverage.Profile wanted)
    {
        if (!(wanted.Deviation > 0 && wanted.Deviation < PowerFunctionEma.LargestDeviation))
            throw new UserError($"--ema {PowerFunctionEma.NameOf(wanted.Deviation)}: a width is above 0 and below {PowerFunctionEma.LargestDeviation:F4}.");
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.safetensors").Order(StringComparer.Ordinal)
            .Select(file => (File: file, Profile: ProfileOf(file))).Where(file => file.Profile.Step <= wanted.Step).ToArray() : [];
        if (files.Length < 2)
            throw new UserError($"--ema {PowerFunctionEma.NameOf(wanted.Deviation)}: it is no average of the experiment, "
                + $"and of those that were put aside in {path} there are {files.Length}, too few to make it from; declare some, "
                + "such as [PowerFunctionEma(0.05, Snapshots = 32), PowerFunctionEma(0.1, Snapshots = 32)].");

        using var _ = no_grad();
        using var part = weights.Copy(gradients: false);
        weights.Values.zero_();
        foreach (var (file, factor) in files.Zip(PostHocAverage.Coefficients([.. files.Select(file => file.Profile)], wanted)))
        {
            using var open = SafetensorsFile.Open(file.File);
            WeightsFile.Read(open, part);
            using Scalar share = factor;
            weights.Values.add_(part.Values, share);
        }
    }

    private static PostHocAverage.Profile ProfileOf(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return new(Number(Step), Number(Deviation));

        double Number(string key) =>
            file.Header.Metadata.TryGetValue(key, out var text) && double.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number : throw new UserError($"{path}: no average that a run put aside, its '{key}' is missing.");
    }
}
