using System.Text.Json;

namespace CM.Runtime.Tests;

/// <summary>Metrics of features against reference numbers and closed forms.</summary>
public sealed class FeatureMetricsTests
{
    private readonly JsonElement frechet = Golden.Load("frechet.json");

    [Theory]
    [InlineData(0, "fid_exact", true), InlineData(0, "fid_gc", true)]
    [InlineData(0, "fid_torchmetrics", true), InlineData(0, "fid_stylegan", false)]
    [InlineData(1, "fid_exact", true), InlineData(1, "fid_gc", true)]
    [InlineData(1, "fid_torchmetrics", true), InlineData(1, "fid_stylegan", false)]
    public void Frechet_distance_matches_the_references(int set, string name, bool unbiased)
    {
        using var real = Statistics($"in/real_{set}", 7);
        using var fake = Statistics($"in/fake_{set}", 1000);
        var wanted = One($"out/{name}_{set}");
        FrechetDistance.Between(real, fake, unbiased).ShouldBe(wanted, tolerance: 1e-9 * wanted);
    }

    [Fact]
    public void Frechet_distance_is_exact_where_there_are_fewer_examples_than_features()
    {
        // With S = AᵀA/(n − 1) of the centered features, tr (ST)^½ is the sum of the singular values of ABᵀ: no covariance is needed.
        using var real = Statistics("in/real_2", 5);
        using var fake = Statistics("in/fake_2", 5);
        using var scope = NewDisposeScope();
        var (a, b) = (Centered("in/real_2"), Centered("in/fake_2"));
        var wanted = ((real.Mean - fake.Mean).square().sum() + a.square().sum() + b.square().sum() - 2 * linalg.svdvals(a.matmul(b.t())).sum()).item<double>();
        FrechetDistance.Between(real, fake, unbiased: true).ShouldBe(wanted, tolerance: 1e-9 * wanted);
        wanted.ShouldBe(One("out/fid_exact_2"), tolerance: 1e-8 * wanted); // which takes square roots of rounding errors

        Tensor Centered(string name)
        {
            var features = frechet.Tensor(name).to(ScalarType.Float64);
            return (features - features.mean([0])) / Math.Sqrt(features.shape[0] - 1);
        }
    }

    [Fact]
    public void Streamed_statistics_match_the_references()
    {
        using var real = Statistics("in/real_0", 9);
        Close(real.Mean, frechet.Tensor("out/mean_real_0"));
        Close(real.Covariance(unbiased: true), frechet.Tensor("out/cov_real_0"));
        Close(real.Covariance(unbiased: false), frechet.Tensor("out/cov_biased_real_0"));
    }

    [Fact]
    public void Trace_of_the_root_matches_the_reference()
    {
        using var real = Statistics("in/real_1", 64);
        using var fake = Statistics("in/fake_1", 64);
        FrechetDistance.TraceOfRoot(real.Covariance(true), fake.Covariance(true)).ShouldBe(One("out/trace_sqrt_1"), tolerance: 1e-8);
    }

    [Fact]
    public void Normal_laws_that_share_their_axes_have_a_distance_in_closed_form()
    {
        // Σ (µ − ν)² + (s − t)² over the axes, whatever rotation turns both.
        double[] shift = [1, -2, 0.5], s = [2, 0.1, 0], t = [1, 3, 0.7];
        using var scope = NewDisposeScope();
        manual_seed(5);
        var turn = linalg.qr(randn([3, 3], ScalarType.Float64)).Q;
        var distance = FrechetDistance.Between(turn.matmul(tensor(shift)), Turned(s), zeros([3], ScalarType.Float64), Turned(t));
        distance.ShouldBe(shift.Sum(x => x * x) + s.Zip(t, (x, y) => (x - y) * (x - y)).Sum(), tolerance: 1e-12);

        Tensor Turned(double[] deviations) => turn.matmul(tensor(deviations).square().diag()).matmul(turn.t());
    }

    [Fact]
    public void What_is_not_finite_has_no_distance()
    {
        using var scope = NewDisposeScope();
        using var good = new FeatureStatistics(2, new Device(DeviceType.CPU, -1));
        using var bad = new FeatureStatistics(2, new Device(DeviceType.CPU, -1));
        good.Add(randn([9, 2]));
        bad.Add(full([9, 2], double.NaN));
        FrechetDistance.Between(good, bad, unbiased: true).ShouldBe(double.NaN);
    }

    [Fact]
    public void A_common_offset_costs_no_digits()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var values = randn([500, 4], ScalarType.Float64);
        using var near = new FeatureStatistics(4, new Device(DeviceType.CPU, -1));
        using var far = new FeatureStatistics(4, new Device(DeviceType.CPU, -1));
        foreach (var part in values.split(60))
        {
            near.Add(part);
            far.Add(part + 1e6);
        }
        (far.Covariance(true) - near.Covariance(true)).abs().max().item<double>().ShouldBeLessThan(1e-8);
    }

    [Fact]
    public void One_example_has_no_covariance()
    {
        using var scope = NewDisposeScope();
        using var one = new FeatureStatistics(2, new Device(DeviceType.CPU, -1));
        one.Add(ones([1, 2]));
        Should.Throw<InvalidOperationException>(() => one.Covariance(unbiased: true));
    }

    [Theory, InlineData(0), InlineData(1)]
    public void Kernel_distance_matches_the_reference(int set)
    {
        var golden = Golden.Load("kid.json");
        using var scope = NewDisposeScope();
        var (real, fake) = (golden.Tensor($"in/real_{set}"), golden.Tensor($"in/fake_{set}"));
        var (realRows, fakeRows) = (golden.Tensor($"in/sub_real_{set}"), golden.Tensor($"in/sub_fake_{set}"));
        var mean = Enumerable.Range(0, (int)realRows.shape[0])
            .Average(i => KernelDistance.Squared(real.index_select(0, realRows[i]), fake.index_select(0, fakeRows[i])));
        mean.ShouldBe(golden.Tensor($"out/kid_{set}").item<double>(), tolerance: 1e-9);
    }

    [Fact]
    public void Kernel_distance_of_equal_laws_is_nought_on_average()
    {
        // Of 400 pairs of 20 examples each; the biased estimate would be far above.
        using var scope = NewDisposeScope();
        manual_seed(7);
        var values = Enumerable.Range(0, 400).Select(_ => KernelDistance.Squared(randn([20, 3]), randn([20, 3]))).ToArray();
        var mean = values.Average();
        var error = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) / values.Length);
        Math.Abs(mean).ShouldBeLessThan(4 * error);
        error.ShouldBeLessThan(0.05);
    }

    [Fact]
    public void A_subset_as_large_as_the_sets_is_the_sets()
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        var (a, b) = (randn([30, 4]), randn([30, 4]) + 1);
        var (mean, deviation) = KernelDistance.Between(a, b, subsets: 3, size: 1000, seed: 1);
        mean.ShouldBe(KernelDistance.Squared(a, b), tolerance: 1e-9);
        deviation.ShouldBe(0, tolerance: 1e-9);
    }

    [Theory, InlineData(1), InlineData(4), InlineData(10)]
    public void Inception_score_matches_the_reference(int splits)
    {
        var golden = Golden.Load("scores.json");
        using var scope = NewDisposeScope();
        var wanted = golden.Tensor($"out/is_{splits}");
        var (mean, deviation) = InceptionScore.Of(golden.Tensor("in/probs"), splits);
        mean.ShouldBe(wanted[0].item<double>(), tolerance: 1e-7);
        deviation.ShouldBe(wanted[1].item<double>(), tolerance: 1e-7);
    }

    [Fact]
    public void A_classifier_that_is_sure_of_every_class_alike_scores_the_number_of_classes()
    {
        using var scope = NewDisposeScope();
        InceptionScore.Of(eye(5).repeat(3, 1), 1).Mean.ShouldBe(5, tolerance: 1e-6);
        InceptionScore.Of(ones([6, 5]) / 5, 2).Mean.ShouldBe(1, tolerance: 1e-6);
    }

    [Theory, InlineData(0, 3), InlineData(1, 5)]
    public void Precision_and_recall_match_the_reference(int row, int neighbours)
    {
        var golden = Golden.Load("scores.json");
        using var scope = NewDisposeScope();
        var wanted = golden.Tensor("out/precision_recall")[row];
        var (precision, recall) = NeighbourManifold.Between(golden.Tensor("in/real"), golden.Tensor("in/fake"), neighbours);
        precision.ShouldBe(wanted[0].item<double>(), tolerance: 1e-6);
        recall.ShouldBe(wanted[1].item<double>(), tolerance: 1e-6);
    }

    [Fact]
    public void Blocks_of_rows_join()
    {
        // More rows than a block has; samples on every second point of a line lie near the data, and the other way round.
        using var scope = NewDisposeScope();
        var line = arange(3000).to(ScalarType.Float64).view(-1, 1);
        NeighbourManifold.Between(line, line.index_select(0, arange(0, 3000, 2)), 2).ShouldBe((1, 1));
        NeighbourManifold.Between(line, cat([line, line + 1e5]), 2).Precision.ShouldBe(0.5);
    }

    [Theory]
    [InlineData(ByteRule.StyleGan, "stylegan"), InlineData(ByteRule.TorchMetrics, "torchmetrics"), InlineData(ByteRule.BatchRange, "gc")]
    public void Bytes_match_the_references(object rule, string name)
    {
        var golden = Golden.Load("bytes.json");
        using var scope = NewDisposeScope();
        var bytes = ImageBytes.Of(golden.Tensor("in/x"), (ByteRule)rule);
        (bytes - golden.Tensor($"out/fid_u8_{name}").to(ScalarType.Float32)).abs().max().item<float>().ShouldBe(0);
    }

    [Fact]
    public void Bytes_become_numbers_as_in_the_reference()
    {
        var golden = Golden.Load("bytes.json");
        byte[] pixels = [.. golden.Tensor("in/u8").data<long>().Select(level => (byte)level)];
        var values = new float[pixels.Length];
        ByteImages.Scale(pixels, values);
        values.ShouldMatch(golden.Tensor("out/from_u8").Floats(), 1e-6);
    }

    private FeatureStatistics Statistics(string name, int batch)
    {
        using var scope = NewDisposeScope();
        var features = frechet.Tensor(name);
        var statistics = new FeatureStatistics((int)features.shape[1], features.device);
        foreach (var part in features.split(batch))
            statistics.Add(part);
        return statistics;
    }

    private double One(string name) => frechet.Tensor(name).item<double>();

    private static void Close(Tensor found, Tensor wanted)
    {
        var scale = wanted.abs().max().item<double>();
        ((found - wanted).abs().max().item<double>() / scale).ShouldBeLessThan(1e-9);
    }
}
