using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CM.Dsl;
using CM.Runtime;

BenchmarkRunner.Run<CM.Bench.Matching.Batches>(
    DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithInvocationCount(16).WithWarmupCount(2).WithIterationCount(9)), args);

namespace CM.Bench.Matching
{
    /// <summary>The exact assignment of data to noise by squared distance; every call takes another batch.</summary>
    public class Batches
    {
        private readonly double[][] costs = new double[16][];
        private int calls;

        [Params(256, 512)]
        public int Batch { get; set; }

        [Params("TwoMoons", "EightGaussians", "16 axes", "784 axes")]
        public string Data { get; set; } = "";

        [GlobalSetup]
        public void Draw()
        {
            var draw = new SplitMix(1);
            for (var batch = 0; batch < costs.Length; batch++)
            {
                PlanarPoints? planar = Data switch { "TwoMoons" => new TwoMoons(), "EightGaussians" => new EightGaussians(), _ => null };
                var axes = planar is null ? int.Parse(Data.Split(' ')[0]) : 2;
                var (data, noise) = (new float[Batch][], new float[Batch][]);
                for (var i = 0; i < Batch; i++)
                {
                    data[i] = Normal(ref draw, axes);
                    planar?.Read(batch * Batch + i, data[i]);
                    noise[i] = Normal(ref draw, axes);
                }
                costs[batch] = [.. data.SelectMany(x => noise.Select(z => x.Zip(z, (a, b) => (double)(a - b) * (a - b)).Sum()))];
            }
        }

        [Benchmark]
        public int[] Assign() => Assignment.Solve(costs[calls++ % costs.Length], Batch);

        private static float[] Normal(ref SplitMix draw, int axes)
        {
            var numbers = new float[axes];
            for (var i = 0; i < axes; i++)
                numbers[i] = (float)draw.Normal();
            return numbers;
        }
    }
}
