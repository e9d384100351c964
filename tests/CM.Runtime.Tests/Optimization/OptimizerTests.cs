using System.Text.Json;

namespace CM.Runtime.Tests;

public class OptimizerTests
{
    public static TheoryData<string, int> Runs()
    {
        var runs = new TheoryData<string, int>();
        foreach (var optimizer in Golden.Load("optimizers.json").GetProperty("optimizers").EnumerateArray())
            for (var i = 0; i < optimizer.GetProperty("runs").GetArrayLength(); i++)
                runs.Add(optimizer.GetProperty("optimizer").GetString()!, i);
        return runs;
    }

    [Theory, MemberData(nameof(Runs))]
    public void Weights_follow_torch_along_given_gradients(string name, int run)
    {
        var reference = Find(name);
        var gradients = reference.GetProperty("gradients").Floats();
        var count = reference.GetProperty("count").GetInt32();
        Follow(reference, reference.GetProperty("runs")[run], "open", (step, _) => gradients[(step * count)..((step + 1) * count)]);
    }

    [Theory, MemberData(nameof(Runs))]
    public void Weights_follow_torch_down_a_quadratic(string name, int run)
    {
        var reference = Find(name);
        float[] Floats(string name) => reference.GetProperty(name).Floats();
        var (a, b, noise) = (Floats("a"), Floats("b"), Floats("noise"));
        Follow(reference, reference.GetProperty("runs")[run], "quad", (step, weights) =>
        {
            var gradient = new float[weights.Length];
            for (var row = 0; row < gradient.Length; row++)
            {
                for (var column = 0; column < gradient.Length; column++)
                    gradient[row] += a[row * gradient.Length + column] * (weights[column] - b[column]);
                gradient[row] += noise[step * gradient.Length + row];
            }
            return gradient;
        });
    }

    private static JsonElement Find(string name) =>
        Golden.Load("optimizers.json").GetProperty("optimizers").EnumerateArray()
            .Single(optimizer => optimizer.GetProperty("optimizer").GetString() == name);

    private static void Follow(JsonElement reference, JsonElement run, string kind, Func<int, float[], float[]> gradientAt)
    {
        var count = reference.GetProperty("count").GetInt32();
        using var store = ParameterStore.New(new ParameterLayout().Add("w", Init.Constant(0), count), seed: 0);
        using var start = tensor(reference.GetProperty("start").Floats());
        Place(store.Values, start);
        using var optimizer = New(reference.GetProperty("optimizer").GetString()!, store, run);

        var path = run.GetProperty(kind);
        var wanted = path.GetProperty("weights").Floats();
        for (var step = 0; step < reference.GetProperty("steps").GetInt32(); step++)
        {
            using var gradient = tensor(gradientAt(step, store["w"].Floats()));
            Place(store.Gradients, gradient);
            if (run.TryGetProperty("rates", out var rates))
                optimizer.Rate = rates[step].GetDouble();
            optimizer.Step();
            store["w"].Floats().ShouldMatch(wanted.AsSpan(step * count, count));
        }
        optimizer.Moments.Count.ShouldBe(path.EnumerateObject().Count() - 1);
        foreach (var (moment, values) in optimizer.Moments)
        {
            values.Floats()[..count].ShouldMatch(path.GetProperty(moment).Floats());
            values.Floats()[count..].ShouldAllBe(value => value == 0);
        }
    }

    private static void Place(Tensor flat, Tensor values)
    {
        using var place = flat.narrow(0, 0, values.shape[0]);
        place.copy_(values);
    }

    private static Optimizer New(string name, ParameterStore store, JsonElement run)
    {
        var (rate, beta1, beta2) = (run.Number("rate"), run.Number("beta1"), run.Number("beta2"));
        var (epsilon, decay) = (run.Number("epsilon"), run.Number("weightDecay"));
        return name switch
        {
            "adam" => new Adam(store, rate, beta1, beta2, epsilon, decay),
            "adamw" => new AdamW(store, rate, beta1, beta2, epsilon, decay),
            "radam" => new RAdam(store, rate, beta1, beta2, epsilon, decay),
            _ => new Lion(store, rate, beta1, beta2, decay),
        };
    }
}
