using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Draws and fillings.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor bernoulli(Generator? generator = null) => cm_bernoulli(this, generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => cm_bernoulli_(this, p, generator).Of(this);
        public Tensor bernoulli_(Tensor p, Generator? generator = null) => cm_bernoulli_each_(this, p, generator).Of(this);
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) => cm_multinomial(this, num_samples, replacement, generator);
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => cm_normal_(this, mean, std, generator).Of(this);
        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null) => cm_log_normal_(this, mean, std, generator).Of(this);
        public Tensor uniform_(double from, double to, Generator? generator = null) => cm_uniform_(this, from, to, generator).Of(this);
        public Tensor exponential_(double lambda = 1, Generator? generator = null) => cm_exponential_(this, lambda, generator).Of(this);
        public Tensor random_(double from, double to, Generator? generator = null) => cm_random_(this, from, to, generator).Of(this);
        public Tensor poisson(Generator? generator = null) => cm_poisson(this, generator);
        public Tensor fill_(Scalar value) => cm_fill_(this, value).Of(this);
        public Tensor zero_() => cm_zero_(this).Of(this);
    }

    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) => input.multinomial(num_samples, replacement, generator);
    public static Tensor poisson(Tensor input, Generator? generator = null) => input.poisson(generator);
}
