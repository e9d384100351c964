using System.Diagnostics;
using System.Globalization;
using System.Net;
using CM.Runtime;
using CM.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Bench;

/// <summary>Where our time goes, as bars in an SVG.</summary>
internal static class ProfilePicture
{
    private const int Bars = 11, Height = 24, Left = 300, Width = 420;

    // Everything that is a few calls of ATen for one thing under one name.
    private static readonly (string Name, string[] Operations)[] Kinds =
    [
        ("products of matrices", ["aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm"]),
        ("joining and copying", ["aten::cat", "aten::copy_", "aten::clone", "aten::contiguous"]),
        ("softmax", ["aten::_softmax", "aten::_softmax_backward_data"]),
        ("SiLU", ["aten::silu", "aten::silu_backward"]),
        ("convolutions of ATen", ["aten::mkldnn_convolution", "aten::convolution_backward", "aten::convolution", "aten::_convolution", "aten::conv2d"]),
        ("random numbers", ["aten::normal_", "aten::bernoulli_", "aten::uniform_"]),
        ("sines and cosines", ["aten::sin", "aten::cos"]),
        ("linear map: gradient of SiLU and bias", ["torch::autograd::CppNode<(anonymous namespace)::LinearBlock>"]),
        ("convolution: sums of gradients", ["torch::autograd::CppNode<(anonymous namespace)::ConvolutionBlock>"]),
    ];

    /// <summary>Measures a few steps, tells what took the time, and draws it where a file is named.</summary>
    public static void Show(Workload workload, int threads, string? picture)
    {
        var (seconds, bars) = Take(workload, threads);
        foreach (var (what, spent) in bars)
            Console.WriteLine($"{spent * 1e3,10:0.000} ms  {what}");
        Console.WriteLine($"{seconds * 1e3,10:0.000} ms  a step without the profile");
        if (picture is not null)
            File.WriteAllText(picture, Draw($"{workload.Name}, {(threads == 1 ? "one thread" : $"{threads} threads")}, {seconds * 1e3:0.0} ms", bars));
    }

    // Seconds a step without the profile, and what is drawn: name and seconds a step.
    private static (double Seconds, List<(string Name, double Seconds)> Bars) Take(Workload workload, int threads)
    {
        set_num_threads(threads);
        using var training = workload.New(new TrainingSetup(workload.Schedule, (int)workload.Shape[0], 1, CPU));
        using var data = rand(workload.Shape) * 2 - 1;
        var count = Math.Max(4, workload.Steps / 2);
        Run(count);
        var start = Stopwatch.GetTimestamp();
        Run(count);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / count;
        Profile.Begin();
        Run(count);
        var named = Profile.End().GroupBy(operation => Kinds.FirstOrDefault(kind => kind.Operations.Contains(operation.Name)).Name ?? operation.Name)
            .Select(group => (group.Key, group.Sum(operation => operation.Seconds) / count)).OrderByDescending(bar => bar.Item2).ToList();
        var shown = named.Take(Bars).ToList();
        shown.Add(("everything else of libtorch", named.Skip(Bars).Sum(bar => bar.Item2)));
        return (seconds, shown);

        void Run(int steps)
        {
            for (var i = 0; i < steps; i++)
                workload.Step(training, data, workload.Before + i).Dispose();
        }
    }

    // Bars below each other, their lengths in proportion.
    private static string Draw(string title, List<(string Name, double Seconds)> bars)
    {
        var (longest, all) = (bars.Max(bar => bar.Seconds), bars.Sum(bar => bar.Seconds));
        var rows = bars.Select((bar, i) => string.Create(CultureInfo.InvariantCulture,
            $"""
              <text x="{Left - 8}" y="{Height * (i + 2) - 7}" text-anchor="end">{WebUtility.HtmlEncode(bar.Name)}</text>
              <rect x="{Left}" y="{Height * (i + 1) + 3}" width="{bar.Seconds / longest * Width:0.0}" height="{Height - 6}" fill="#4477aa"/>
              <text x="{Left + bar.Seconds / longest * Width + 6:0.0}" y="{Height * (i + 2) - 7}">{bar.Seconds * 1e3:0.00} ms, {bar.Seconds / all:0%}</text>
            """));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Left + Width + 150} {Height * (bars.Count + 2)}" font-family="sans-serif" font-size="13">
              <text x="{Left}" y="16" font-weight="bold">{WebUtility.HtmlEncode(title)}</text>
            {string.Join('\n', rows)}
            </svg>

            """;
    }
}
